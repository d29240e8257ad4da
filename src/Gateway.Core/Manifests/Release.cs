namespace Gateway.Core.Manifests;

/// <summary>The statement that approvers sign.</summary>
public sealed record Release
{
    /// <summary>The statement's predicate type.</summary>
    public const string PredicateType = "urn:gateway:release:v1";

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

    /// <summary>Reads the payload of a release strictly. Refuses with <see cref="RefusalCode.DocumentInvalid"/>.</summary>
    public static Outcome<Release> Parse(ReadOnlyMemory<byte> payload) => throw new NotSupportedException("Lands next.");

    /// <summary>The canonical statement.</summary>
    public byte[] ToPayload() => throw new NotSupportedException("Lands next.");
}
