using System.Text.Json;

namespace Gateway.Core.Manifests;

/// <summary>The JSON of a manifest.</summary>
internal static class ManifestJson
{
    private const int MaximumPathLength = ArtifactPath.MaximumBytes;

    public static void Write(Utf8JsonWriter writer, Manifest manifest)
    {
        StatementWriter.Start(writer);
        foreach (var file in manifest.Files)
        {
            StatementWriter.Subject(writer, file.Path.Value, file.Digest);
        }

        StatementWriter.StartPredicate(writer, Manifest.PredicateType);
        StatementParts.Write(writer, manifest.Artifact);
        writer.WriteString("class", manifest.Class);
        writer.WriteString("submitter", manifest.Submitter);
        writer.WriteString("purpose", manifest.Purpose);
        writer.WriteString("licence", manifest.Licence);
        writer.WriteString("source", manifest.Source);
        writer.WriteStartArray("files");
        foreach (var file in manifest.Files)
        {
            writer.WriteStartObject();
            writer.WriteNumber("bytes", file.Bytes);
            writer.WriteString("format", file.Format);
            if (file.Schema is { } schema)
            {
                writer.WriteString("schema", schema.Value);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("totalBytes", manifest.TotalBytes);
        StatementWriter.End(writer);
    }

    public static Outcome<(ManifestHead Head, ManifestFile[] Files)> Read(ReadOnlySpan<byte> payload)
    {
        var reader = new StatementReader(payload);
        reader.StartObject();
        reader.Constant("_type", StatementReader.StatementType);
        if (!ReadSubjects(ref reader).Succeeded(out var subjects, out var refusal))
        {
            return refusal;
        }

        reader.Constant("predicateType", Manifest.PredicateType);
        reader.Member("predicate");
        reader.StartObject();
        var artifact = StatementParts.ReadArtifact(ref reader);
        var className = reader.String("class", StatementText.MaximumIdLength);
        var submitter = reader.String("submitter", StatementText.MaximumIdLength);
        var purpose = reader.String("purpose", ManifestHead.MaximumPurposeLength);
        var licence = reader.String("licence", ManifestHead.MaximumLicenceLength);
        var source = reader.String("source", ManifestHead.MaximumSourceLength);
        var files = ReadFiles(ref reader, subjects);

        // The sum is not believed: the spelling check compares it with the computed one.
        reader.Number("totalBytes", 0, long.MaxValue);
        reader.EndObject();
        reader.EndObject();
        if (reader.End() is { } fault)
        {
            return fault;
        }

        return artifact.Succeeded(out var name, out refusal)
            ? (new ManifestHead(name, className, submitter, purpose, licence, source), files)
            : refusal;
    }

    private static Outcome<List<(ArtifactPath Path, Digest Digest)>> ReadSubjects(ref StatementReader reader)
    {
        var subjects = new List<(ArtifactPath, Digest)>();
        ArtifactPath? previous = null;
        reader.Member("subject");
        reader.StartArray();
        while (reader.NextObject())
        {
            var (name, digest) = reader.Subject(MaximumPathLength);
            if (reader.Failed)
            {
                break;
            }

            if (subjects.Count == Manifest.MaximumFiles)
            {
                return new Refusal(RefusalCode.TooManyFiles, $"more than {Manifest.MaximumFiles}");
            }

            if (!ArtifactPath.Parse(name).Succeeded(out var path, out var refusal))
            {
                return refusal;
            }

            if (previous is { } before && ArtifactPath.Compare(before, path) >= 0)
            {
                return new Refusal(RefusalCode.DocumentInvalid, $"{path} is there twice or out of order");
            }

            previous = path;
            subjects.Add((path, digest));
        }

        return subjects;
    }

    private static ManifestFile[] ReadFiles(ref StatementReader reader, List<(ArtifactPath Path, Digest Digest)> subjects)
    {
        var files = new ManifestFile[subjects.Count];
        var count = 0;
        reader.Member("files");
        reader.StartArray();
        while (reader.NextObject())
        {
            var bytes = reader.Number("bytes", 0, long.MaxValue);
            var format = reader.String("format", StatementText.MaximumFormatLength);
            var schema = ReadSchema(ref reader);
            reader.EndObject();
            if (count == files.Length)
            {
                reader.Fail("more files than subjects");
                break;
            }

            files[count] = new ManifestFile(subjects[count].Path, bytes, subjects[count].Digest, format) { Schema = schema };
            count++;
        }

        if (count < files.Length)
        {
            reader.Fail("fewer files than subjects");
        }

        return files;
    }

    private static ArtifactPath? ReadSchema(ref StatementReader reader)
    {
        if (reader.StringIfThere("schema", MaximumPathLength) is not { } text)
        {
            return null;
        }

        if (ArtifactPath.Parse(text).Succeeded(out var path, out _))
        {
            return path;
        }

        reader.Fail("schema is not a path");
        return null;
    }
}
