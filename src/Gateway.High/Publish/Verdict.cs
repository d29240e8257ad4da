using System.Text.Json;
using Gateway.Core.Inspection;
using Gateway.High.Judge;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>What the high side found, for those who read a published directory. It proves nothing to them: the signed documents beside it do.</summary>
public sealed record Verdict
{
    /// <summary>Form of this document.</summary>
    public required int Format { get; init; }

    public required string Enclave { get; init; }

    public required string TransferId { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Class { get; init; }

    public required long Sequence { get; init; }

    public required string ReleaseSha256 { get; init; }

    public required string ManifestSha256 { get; init; }

    public required string InspectionSha256 { get; init; }

    public required string Submitter { get; init; }

    public required IReadOnlyList<string> Approvers { get; init; }

    public required int ApprovalsRequired { get; init; }

    public required int Files { get; init; }

    public required long Bytes { get; init; }

    public required long TrustRootVersion { get; init; }

    public required string TrustRootSha256 { get; init; }

    public required string PolicySha256 { get; init; }

    /// <summary>Rules that permitted it.</summary>
    public required IReadOnlyList<string> PermittedBy { get; init; }

    public required string VerifierVersion { get; init; }

    /// <summary>When the ninth check began, by this side's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The verdict on what passed eight checks.</summary>
    public static Verdict Of(Judged judged, Verify.Enclave enclave, DateTimeOffset now)
    {
        var admitted = judged.Verified.Admitted;
        var claim = admitted.Claim;
        return new Verdict
        {
            Format = 1,
            Enclave = enclave.Id,
            TransferId = claim.TransferId,
            Kind = claim.Artifact.Kind.ToString().ToLowerInvariant(),
            Name = claim.Artifact.FullName,
            Version = claim.Artifact.Version,
            Class = claim.Class,
            Sequence = claim.Sequence,
            ReleaseSha256 = claim.Release.Hex,
            ManifestSha256 = claim.Manifest.Hex,
            InspectionSha256 = admitted.Inspection.Digest.Hex,
            Submitter = claim.Submitter,
            Approvers = claim.Approvers,
            ApprovalsRequired = admitted.Release.Required,
            Files = claim.Files,
            Bytes = claim.Bytes,
            TrustRootVersion = enclave.Root.Version,
            TrustRootSha256 = enclave.Root.Digest.Hex,
            PolicySha256 = enclave.Policy.Bundle.Digest.Hex,
            PermittedBy = [.. judged.Decision.Rules.Select(rule => rule.Id)],
            VerifierVersion = ArtifactInspector.VerifierVersion,
            Time = now,
        };
    }

    /// <summary>JSON with a final line break.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, VerdictJson.Default.Verdict), (byte)'\n'];

    /// <summary>True where the bytes are the verdict on exactly this import; damaged ones are the verdict on none.</summary>
    public static bool IsOn(ImportClaim claim, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, VerdictJson.Default.Verdict) is { } verdict
                && verdict.TransferId == claim.TransferId && verdict.ReleaseSha256 == claim.Release.Hex;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
