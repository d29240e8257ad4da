using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Inspector.Decoding;

namespace Gateway.Inspector;

/// <summary>Reads the files of a manifest from first to last byte and says what they are.</summary>
internal static class TransferInspection
{
    /// <summary>Bytes per read: past this size nothing gains.</summary>
    private const int ReadBytes = 256 << 10;

    /// <summary>Inspects. Throws where the files are not as long as the manifest says: the service, which hashes them, says so in its own words.</summary>
    public static InspectionReport Run(byte[] payload, string path, ContentLayout layout, bool decodes)
    {
        if (!Manifest.Parse(payload).Succeeded(out var manifest, out var refusal))
        {
            throw new InvalidDataException($"the service sent a manifest that does not parse: {refusal}");
        }

        var artifact = new ArtifactInspector(manifest.Artifact.Kind);
        var buffer = new byte[ReadBytes];
        var stream = layout == ContentLayout.Stream ? File.OpenHandle(path, options: FileOptions.SequentialScan) : null;
        var start = 0L;
        foreach (var file in manifest.Files)
        {
            if (stream is not null)
            {
                artifact.Add(Inspect(file, stream, start, buffer, decodes), file.Format);
            }
            else
            {
                using var single = File.OpenHandle(Path.Combine(path, file.Path.Value), options: FileOptions.SequentialScan);
                artifact.Add(Inspect(file, single, 0, buffer, decodes), file.Format);
            }

            start += file.Bytes;
        }

        stream?.Dispose();
        return artifact.Complete().ToReport(Digest.Of(payload), previous: null);
    }

    private static FileInspection Inspect(ManifestFile file, Microsoft.Win32.SafeHandles.SafeFileHandle content, long start, byte[] buffer, bool decodes)
    {
        using var inspector = new FileInspector(file.Path, file.Bytes, ReadAt);
        for (var at = 0L; at < file.Bytes;)
        {
            var read = RandomAccess.Read(content, buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.Bytes - at)), start + at);
            if (read == 0)
            {
                throw new EndOfStreamException($"{file.Path} ends early");
            }

            inspector.Append(buffer.AsSpan(0, read));
            at += read;
        }

        var inspection = inspector.Complete();
        return decodes && inspection.Accepted && FileDecoding.Refuse(inspection, ReadAt) is { } refusal ? inspection.Refused(refusal) : inspection;

        int ReadAt(long at, Span<byte> into) => RandomAccess.Read(content, into[..(int)Math.Clamp(file.Bytes - at, 0, into.Length)], start + at);
    }
}
