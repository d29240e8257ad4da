using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Gateway.Storage.High;

namespace Gateway.High.Import;

/// <summary>A version that readers can have.</summary>
internal sealed class PublishedVersion(ImportRecord import, PublishedTree published, PublishedManifests manifests)
{
    public ImportRecord Import => import;

    public ImportClaim Claim => import.Claim!;

    public ArtifactName Artifact => Claim.Artifact;

    /// <summary>What names this very content: the first 40 hex digits of the manifest's SHA-256.</summary>
    public string Commit => HubCache.CommitOf(Claim);

    /// <summary>When it was published.</summary>
    public DateTimeOffset Time => import.Updated;

    /// <summary>In the order of their paths. The first use may read the manifest.</summary>
    public IReadOnlyList<ManifestFile> Files => manifests.Read(Claim).Files;

    /// <summary>What the manifest says beside its files. The first use may read it.</summary>
    public ManifestHead Head => manifests.Read(Claim).Head;

    /// <summary>True for 40 lower-case hex digits.</summary>
    public static bool IsCommit(string revision) => revision.Length == HubCache.CommitLength && revision.All(char.IsAsciiHexDigitLower);

    /// <summary>The file of a path as a reader wrote it. Only what the manifest lists is a file, so that no spelling leads elsewhere. Refuses with <see cref="RefusalCode.FileUnknown"/>.</summary>
    public Outcome<ManifestFile> Find(string path) =>
        ArtifactPath.Parse(path).Succeeded(out var parsed, out _) && IndexOf(parsed) is >= 0 and var index
            ? Files[index]
            : new Refusal(RefusalCode.FileUnknown, path);

    /// <summary>Where a file lies.</summary>
    public string PathOf(ManifestFile file) => Path.Combine(published.DirectoryOf(Artifact), file.Path.Value);

    /// <summary>Where a document of it lies, see <see cref="PublishedFiles"/>.</summary>
    public string DocumentOf(string document) => published.DocumentOf(Artifact, document);

    /// <summary>The files below a directory (<c>""</c> is the artifact itself), in the order of their paths.</summary>
    public IEnumerable<ManifestFile> FilesBelow(string directory)
    {
        if (directory.Length == 0)
        {
            return Files;
        }

        if (!ArtifactPath.Parse(directory).Succeeded(out var path, out _))
        {
            return [];
        }

        // Everything below it follows the place where the directory's own name would be, though not at once: "a-b" lies between "a" and "a/b".
        var prefix = $"{path.Value}/";
        return Files
            .Skip(Math.Max(IndexOf(path), ~IndexOf(path)))
            .SkipWhile(file => !IsBelow(file) && file.Path.Value.StartsWith(path.Value, StringComparison.Ordinal))
            .TakeWhile(IsBelow);

        bool IsBelow(ManifestFile file) => file.Path.Value.StartsWith(prefix, StringComparison.Ordinal);
    }

    /// <summary>The index of a path among <see cref="Files"/>, or the complement of where it would be.</summary>
    public int IndexOf(ArtifactPath path)
    {
        var files = Files;
        var (low, high) = (0, files.Count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = ArtifactPath.Compare(files[middle].Path, path);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
