using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Storage.High;

/// <summary>A row of <c>imports</c>, as it is read; becomes a record only by passing the same parsers as a document.</summary>
internal sealed class ImportRow
{
    public const string Columns =
        """
        id AS Id, position AS Position, transfer_id AS TransferId, kind AS Kind, name AS Name, version AS Version, class AS Class, state AS State, submitter AS Submitter,
        approvers AS Approvers, files AS Files, bytes AS Bytes, received_bytes AS ReceivedBytes, missing_blocks AS MissingBlocks,
        release_sha256 AS Release, manifest_sha256 AS Manifest, sequence AS Sequence, lane AS Lane, session AS Session,
        not_after_ms AS NotAfter, refusal_code AS RefusalCode, refusal_detail AS RefusalDetail, created_ms AS Created, updated_ms AS Updated,
        bytes_deleted_ms AS BytesDeleted
        """;

    public string Id { get; init; } = "";

    public long Position { get; init; }

    public string TransferId { get; init; } = "";

    public int Kind { get; init; }

    public string Name { get; init; } = "";

    public string Version { get; init; } = "";

    public string Class { get; init; } = "";

    public int State { get; init; }

    public string Submitter { get; init; } = "";

    public string Approvers { get; init; } = "[]";

    public int Files { get; init; }

    public long Bytes { get; init; }

    public long ReceivedBytes { get; init; }

    public long MissingBlocks { get; init; }

    public string Release { get; init; } = "";

    public string Manifest { get; init; } = "";

    public long Sequence { get; init; }

    public string Lane { get; init; } = "";

    public long Session { get; init; }

    public long NotAfter { get; init; }

    public int RefusalCode { get; init; }

    public string RefusalDetail { get; init; } = "";

    public long Created { get; init; }

    public long Updated { get; init; }

    public long? BytesDeleted { get; init; }

    /// <summary>The columns that a claim fills; a claim that is missing leaves them empty.</summary>
    public static object Parameters(string id, ImportClaim? claim, ImportSession session, long position, ImportState state, Refusal? refusal, DateTimeOffset now) =>
        new
        {
            id,
            position,
            kind = (int)(claim?.Artifact.Kind ?? 0),
            name = claim?.Artifact.FullName ?? "",
            version = claim?.Artifact.Version ?? "",
            @class = claim?.Class ?? "",
            submitter = claim?.Submitter ?? "",
            approvers = JsonSerializer.Serialize(claim?.Approvers ?? []),
            files = claim?.Files ?? 0,
            bytes = claim?.Bytes ?? 0,
            release = claim?.Release.Hex ?? "",
            manifest = claim?.Manifest.Hex ?? "",
            sequence = claim?.Sequence ?? 0,
            notAfter = claim?.NotAfter.ToUnixTimeMilliseconds() ?? 0,
            transferId = claim?.TransferId ?? "",
            lane = session.Lane,
            session = session.Number,
            state = (int)state,
            code = (int)(refusal?.Code ?? Core.RefusalCode.Unspecified),
            detail = refusal?.Detail ?? "",
            now = now.ToUnixTimeMilliseconds(),
        };

    public ImportRecord ToRecord(IReadOnlyList<string> acknowledgedBy) => new()
    {
        Id = Id,
        Position = Position,
        Claim = Claim(),
        State = (ImportState)State,
        ReceivedBytes = ReceivedBytes,
        MissingBlocks = MissingBlocks,
        Session = new(Lane, Session),
        Refusal = RefusalCode == 0 ? null : new Refusal((RefusalCode)RefusalCode, RefusalDetail),
        Created = DateTimeOffset.FromUnixTimeMilliseconds(Created),
        Updated = DateTimeOffset.FromUnixTimeMilliseconds(Updated),
        AcknowledgedBy = acknowledgedBy,
        BytesDeleted = BytesDeleted is { } deleted ? DateTimeOffset.FromUnixTimeMilliseconds(deleted) : null,
    };

    private ImportClaim? Claim()
    {
        if (Release.Length == 0)
        {
            return null;
        }

        if (!ArtifactName.Parse((ArtifactKind)Kind, Name, Version).Succeeded(out var artifact, out var refusal))
        {
            throw new InvalidDataException($"The catalog holds a name that could not have been stored: {refusal}");
        }

        return new ImportClaim
        {
            TransferId = TransferId,
            Release = DigestOf(Release),
            Manifest = DigestOf(Manifest),
            Artifact = artifact,
            Class = Class,
            Submitter = Submitter,
            Approvers = JsonSerializer.Deserialize<List<string>>(Approvers) ?? [],
            Files = Files,
            Bytes = Bytes,
            Sequence = Sequence,
            NotAfter = DateTimeOffset.FromUnixTimeMilliseconds(NotAfter),
        };
    }

    private static Digest DigestOf(string text) =>
        Digest.TryParse(text, out var digest) ? digest : throw new InvalidDataException("The catalog holds a digest that is none.");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict)]
[JsonSerializable(typeof(ImportRow))]
internal sealed partial class ImportRowJson : JsonSerializerContext;
