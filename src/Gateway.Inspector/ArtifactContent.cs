using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Microsoft.Win32.SafeHandles;

namespace Gateway.Inspector;

/// <summary>The files of a manifest, wherever they lie.</summary>
internal sealed class ArtifactContent : IDisposable
{
    private readonly string path;
    private readonly SafeFileHandle? stream;
    private readonly Dictionary<ArtifactPath, (ManifestFile File, long Begin)> files;

    public ArtifactContent(string path, ContentLayout layout, Manifest manifest)
    {
        this.path = path;
        stream = layout == ContentLayout.Stream ? File.OpenHandle(path, options: FileOptions.SequentialScan) : null;
        files = new(manifest.Files.Count);
        var begin = 0L;
        foreach (var file in manifest.Files)
        {
            files.Add(file.Path, (file, stream is null ? 0 : begin));
            begin += file.Bytes;
        }
    }

    /// <summary>The file of the manifest under a path.</summary>
    public ManifestFile this[ArtifactPath file] => files[file].File;

    /// <summary>Gives what reads a file, which ends where the manifest says, to who uses it.</summary>
    public T Read<T>(ArtifactPath file, Func<ContentReader, T> use)
    {
        var (entry, begin) = files[file];
        var content = stream ?? File.OpenHandle(Path.Combine(path, file.Value), options: FileOptions.SequentialScan);
        try
        {
            return use((at, into) => RandomAccess.Read(content, into[..(int)Math.Clamp(entry.Bytes - at, 0, into.Length)], begin + at));
        }
        finally
        {
            if (stream is null)
            {
                content.Dispose();
            }
        }
    }

    public void Dispose() => stream?.Dispose();
}
