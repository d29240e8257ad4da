using System.Text.Json;

namespace Gateway.Core.Manifests;

/// <summary>The JSON of a release.</summary>
internal static class ReleaseJson
{
    private const string Subject = "manifest";

    public static void Write(Utf8JsonWriter writer, Release release)
    {
        StatementWriter.Start(writer);
        StatementWriter.Subject(writer, Subject, release.ManifestDigest);
        StatementWriter.StartPredicate(writer, Release.PredicateType);
        StatementParts.Write(writer, release.Artifact);
        writer.WriteString("class", release.Class);
        writer.WriteString("submitter", release.Submitter);
        writer.WriteNumber("files", release.Files);
        writer.WriteNumber("bytes", release.Bytes);
        writer.WriteNumber("sequence", release.Sequence);
        writer.WriteString("destination", release.Destination);
        writer.WriteString("lane", release.Lane);
        writer.WriteString("policySha256", release.PolicyDigest.Hex);
        writer.WriteNumber("policyVersion", release.PolicyVersion);
        writer.WriteNumber("trustRootVersion", release.TrustRootVersion);
        writer.WriteString("inspectionSha256", release.InspectionDigest.Hex);
        writer.WriteString("transferId", release.TransferId);
        writer.WriteString("notBefore", StatementText.Write(release.NotBefore));
        writer.WriteString("notAfter", StatementText.Write(release.NotAfter));
        StatementWriter.End(writer);
    }

    public static Outcome<Release> Read(ReadOnlySpan<byte> payload)
    {
        var reader = new StatementReader(payload);
        reader.StartObject();
        reader.Constant("_type", StatementReader.StatementType);
        var manifest = reader.SingleSubject(Subject);
        reader.Constant("predicateType", Release.PredicateType);
        reader.Member("predicate");
        reader.StartObject();
        if (!StatementParts.ReadArtifact(ref reader).Succeeded(out var artifact, out var refusal))
        {
            return reader.Failed ? reader.End()! : refusal;
        }

        var release = new Release
        {
            ManifestDigest = manifest,
            Artifact = artifact,
            Class = reader.String("class", StatementText.MaximumIdLength),
            Submitter = reader.String("submitter", StatementText.MaximumIdLength),
            Files = (int)reader.Number("files", 1, Manifest.MaximumFiles),
            Bytes = reader.Number("bytes", 0, long.MaxValue),
            Sequence = reader.Number("sequence", 1, long.MaxValue),
            Destination = reader.String("destination", StatementText.MaximumIdLength),
            Lane = reader.String("lane", StatementText.MaximumIdLength),
            PolicyDigest = reader.Sha256("policySha256"),
            PolicyVersion = reader.Number("policyVersion", 1, long.MaxValue),
            TrustRootVersion = reader.Number("trustRootVersion", 1, long.MaxValue),
            InspectionDigest = reader.Sha256("inspectionSha256"),
            TransferId = reader.String("transferId", 32),
            NotBefore = reader.Instant("notBefore"),
            NotAfter = reader.Instant("notAfter"),
        };
        reader.EndObject();
        reader.EndObject();
        return reader.End() is { } fault ? fault : release;
    }
}
