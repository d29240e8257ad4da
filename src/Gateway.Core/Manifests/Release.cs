namespace Gateway.Core.Manifests;

/// <summary>The statement that approvers sign.</summary>
public sealed record Release
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:release:v1";

    /// <summary>Most bytes of a payload; every member is short.</summary>
    public const int MaximumPayloadBytes = 16 << 10;

    /// <summary>Longest time from <see cref="NotBefore"/> to <see cref="NotAfter"/>, in days: the low side allows 30, and an unused approval ends only by expiry.</summary>
    public const int MaximumValidityDays = 31;

    public required Digest ManifestDigest { get; init; }

    public required ArtifactName Artifact { get; init; }

    public required string Class { get; init; }

    /// <summary>Id of the submitting person.</summary>
    public required string Submitter { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Per artifact, upward only; decides what <c>current</c> names.</summary>
    public required long Sequence { get; init; }

    /// <summary>Id of the enclave.</summary>
    public required string Destination { get; init; }

    public required string Lane { get; init; }

    public required Digest PolicyDigest { get; init; }

    public required long PolicyVersion { get; init; }

    public required long TrustRootVersion { get; init; }

    public required Digest InspectionDigest { get; init; }

    /// <summary>UUID v7, 32 lower-case hex digits.</summary>
    public required string TransferId { get; init; }

    /// <summary>Whole seconds, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Whole seconds, UTC; no longer valid at this instant.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Reads the payload of a release strictly. Refuses with <see cref="RefusalCode.DocumentInvalid"/> or <see cref="RefusalCode.NameInvalid"/>.</summary>
    public static Outcome<Release> Parse(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > MaximumPayloadBytes)
        {
            return new Refusal(RefusalCode.DocumentInvalid, $"longer than {MaximumPayloadBytes} bytes");
        }

        if (!ReleaseJson.Read(payload.Span).Succeeded(out var release, out var refusal))
        {
            return refusal;
        }

        if (release.Fault() is { } fault)
        {
            return new Refusal(RefusalCode.DocumentInvalid, fault);
        }

        return StatementWriter.CheckSpelling(payload, writer => ReleaseJson.Write(writer, release)) is { } spelling ? spelling : release;
    }

    /// <summary>The canonical statement. Throws where a member breaks a rule that <see cref="Parse"/> asks for: nobody shall sign what nobody reads.</summary>
    public byte[] ToPayload() => Fault() is { } fault
        ? throw new InvalidOperationException($"A release that breaks a rule: {fault}.")
        : StatementWriter.ToBytes(writer => ReleaseJson.Write(writer, this));

    private string? Fault()
    {
        if (Class.Length > 0 && !StatementText.IsId(Class))
        {
            return "class";
        }

        if (!StatementText.IsId(Submitter) || !StatementText.IsId(Destination) || !StatementText.IsId(Lane))
        {
            return "submitter, destination or lane is no id";
        }

        if (!StatementText.IsTransferId(TransferId))
        {
            return "transferId";
        }

        if (NotBefore >= NotAfter)
        {
            return "notBefore is not before notAfter";
        }

        return NotAfter - NotBefore <= TimeSpan.FromDays(MaximumValidityDays) ? null : $"valid for more than {MaximumValidityDays} days";
    }
}
