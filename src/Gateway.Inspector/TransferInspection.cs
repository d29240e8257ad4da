using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Inspector.Decoding;
using Gateway.Inspector.Schemas;

namespace Gateway.Inspector;

/// <summary>Reads the files of a manifest from first to last byte and says what they are.</summary>
internal static class TransferInspection
{
    /// <summary>Bytes per read: past this size nothing gains.</summary>
    private const int ReadBytes = 256 << 10;

    /// <summary>Inspects. Throws where the files are not as long as the manifest says: the service, which hashes them, says so in its own words.</summary>
    public static WrittenReport Run(byte[] payload, string path, ContentLayout layout, bool decodes)
    {
        if (!Manifest.Parse(payload).Succeeded(out var manifest, out var refusal))
        {
            throw new InvalidDataException($"the service sent a manifest that does not parse: {refusal}");
        }

        var artifact = new ArtifactInspector(manifest.Artifact.Kind);
        var buffer = new byte[ReadBytes];
        using var content = new ArtifactContent(path, layout, manifest);
        var schemas = new SchemaCheck(content);
        foreach (var file in manifest.Files)
        {
            artifact.Add(content.Read(file.Path, read => Inspect(file, read, buffer, decodes, schemas)), file.Format);
        }

        return artifact.Complete().ToReport(payload);
    }

    private static FileInspection Inspect(ManifestFile file, ContentReader read, byte[] buffer, bool decodes, SchemaCheck schemas)
    {
        using var inspector = new FileInspector(file.Path, file.Bytes, read);
        for (var at = 0L; at < file.Bytes;)
        {
            var got = read(at, buffer);
            if (got == 0)
            {
                throw new EndOfStreamException($"{file.Path} ends early");
            }

            inspector.Append(buffer.AsSpan(0, got));
            at += got;
        }

        var inspection = inspector.Complete();
        return !inspection.Accepted ? inspection
            : decodes && FileDecoding.Refuse(inspection, read) is { } refusal ? inspection.Refused(refusal)
            : file.Schema is { } schema && inspection.Format == FileFormat.JsonLines ? schemas.Apply(inspection, read, schema)
            : inspection;
    }
}
