using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Storage.High;

/// <summary>What a header says that an import begins from. Only claims, until the checks have passed.</summary>
public sealed record ImportClaim
{
    /// <summary>32 lower-case hex digits.</summary>
    public required string TransferId { get; init; }

    /// <summary>Digest of the release.</summary>
    public required Digest Release { get; init; }

    public required Digest Manifest { get; init; }

    public required ArtifactName Artifact { get; init; }

    public required string Class { get; init; }

    public required string Submitter { get; init; }

    /// <summary>People whose signatures counted; empty where none were counted.</summary>
    public required IReadOnlyList<string> Approvers { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    public required long Sequence { get; init; }

    /// <summary>When the release expires.</summary>
    public required DateTimeOffset NotAfter { get; init; }
}

/// <summary>The session that brought a header.</summary>
public readonly record struct ImportSession(string Lane, long Number);

/// <summary>An import as the catalog holds it.</summary>
public sealed record ImportRecord
{
    /// <summary>Begins the id of a record whose transfer id is not believed, or belongs to another record.</summary>
    public const string UnverifiedPrefix = "unverified-";

    /// <summary>The transfer id, or <see cref="UnverifiedPrefix"/> and hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Order of arrival, from 1.</summary>
    public required long Position { get; init; }

    /// <summary>What the release says; null where none could be read.</summary>
    public required ImportClaim? Claim { get; init; }

    public required ImportState State { get; init; }

    public required long ReceivedBytes { get; init; }

    public required long MissingBlocks { get; init; }

    public required ImportSession Session { get; init; }

    /// <summary>Why it is in quarantine or incomplete; null otherwise.</summary>
    public required Refusal? Refusal { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Updated { get; init; }

    /// <summary>Consumers, in the order of their acknowledgements.</summary>
    public required IReadOnlyList<string> AcknowledgedBy { get; init; }

    /// <summary>When its bytes were deleted: by hand in quarantine, or after it was revoked or retired. Null where they were not.</summary>
    public DateTimeOffset? BytesDeleted { get; init; }

    /// <summary>Who asked for it to be revoked; null where nobody did.</summary>
    public Revocation? Revocation { get; init; }

    /// <summary>What keeps it whatever the rules of retention say; null where nobody pinned it.</summary>
    public Pin? Pin { get; init; }

    /// <summary>The rule by which it was retired; null where it was not.</summary>
    public Retirement? Retirement { get; init; }

    /// <summary>Directory relative to the storage root once it is published; null before.</summary>
    public string? Path => State == ImportState.Published && Claim is { } claim ? $"published/{claim.Artifact.PublishedPath}" : null;

    /// <summary>
    /// What to answer who asks for it though it is not published: <see cref="RefusalCode.VersionRevoked"/>, <see cref="RefusalCode.VersionRetired"/> or
    /// <see cref="RefusalCode.NotPublished"/>.
    /// </summary>
    public Refusal Unreadable() => State switch
    {
        ImportState.Revoked => new(RefusalCode.VersionRevoked, $"{Claim?.Artifact}"),
        ImportState.Retired => new(RefusalCode.VersionRetired, $"{Claim?.Artifact}, rule {Retirement?.Rule}"),
        _ => new(RefusalCode.NotPublished, State.Word()),
    };
}

/// <summary>Two people who take a version from readers.</summary>
/// <param name="Reason">What the first gave as a reason.</param>
/// <param name="RequestedBy">Who asked first.</param>
/// <param name="Requested">When.</param>
/// <param name="CarriedOutBy">Who asked second; null before.</param>
/// <param name="CarriedOut">When; null before.</param>
public sealed record Revocation(string Reason, string RequestedBy, DateTimeOffset Requested, string? CarriedOutBy, DateTimeOffset? CarriedOut);

/// <summary>A person's word that a version stays.</summary>
/// <param name="Reason">Why.</param>
/// <param name="PinnedBy">Who said so.</param>
/// <param name="Time">When.</param>
public sealed record Pin(string Reason, string PinnedBy, DateTimeOffset Time);

/// <summary>How a version was retired.</summary>
/// <param name="Rule">The rule, as <see cref="RetentionRule"/> writes it.</param>
/// <param name="Time">When.</param>
public sealed record Retirement(string Rule, DateTimeOffset Time);

/// <summary>Something that happened to an import.</summary>
/// <param name="Number">Position among all events, from 1.</param>
/// <param name="Import">The import as it was after the change.</param>
/// <param name="Time">When it happened, by the clock of this side.</param>
public sealed record ImportEvent(long Number, ImportRecord Import, DateTimeOffset Time);

/// <summary>Events as they were read.</summary>
/// <param name="Events">Oldest first.</param>
/// <param name="Through">Number to continue after.</param>
/// <param name="More">True where there may be more at once.</param>
public sealed record ImportEvents(IReadOnlyList<ImportEvent> Events, long Through, bool More);

/// <summary>The blocks of an import that are on disk.</summary>
/// <param name="BlockBytes">Bytes of the stream in one block.</param>
/// <param name="Bitmap">One bit for each block.</param>
public sealed record StoredBlocks(int BlockBytes, byte[] Bitmap);

/// <summary>What is held and promised before an import, in bytes.</summary>
/// <param name="Others">What other open imports still wait for.</param>
/// <param name="Own">What this one does.</param>
/// <param name="Organisation">What the organisation has published and open besides.</param>
/// <param name="Artifact">All of this one.</param>
public sealed record WantedSpace(long Others, long Own, long Organisation, long Artifact);
