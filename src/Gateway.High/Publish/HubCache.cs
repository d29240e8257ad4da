using System.Text;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Hosting;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>
/// A second view of what is published: the directory that Hugging Face's libraries keep as their cache, so that <c>HF_HUB_CACHE</c> may point there with
/// <c>HF_HUB_OFFLINE=1</c> and no server. Blobs are hard links to the published files, named by SHA-256; snapshots are links to blobs. Names come by rename, and
/// nothing is locked, as file systems of clusters need it. The layout is huggingface_hub's (docs, "Understand caching"; <c>trees</c> in its file_download.py).
/// </summary>
public sealed class HubCache
{
    /// <summary>Hex digits of what stands for a commit.</summary>
    public const int CommitLength = 40;

    private const string Main = "main";

    private readonly string root;
    private readonly PublishedTree published;
    private readonly PublishedManifests manifests;

    public HubCache(StorageRoot storage, PublishedTree published, PublishedManifests manifests)
    {
        (this.published, this.manifests) = (published, manifests);
        root = Path.Combine(storage.Path, "hub");
        DurableFiles.CreateDirectory(root);
    }

    /// <summary>What readers take for the commit of a version: the first 40 hex digits of its manifest's SHA-256.</summary>
    public static string CommitOf(ImportClaim claim) => claim.Manifest.Hex[..CommitLength];

    /// <summary>Adds a published version; what an attempt before it left is completed.</summary>
    public void Add(ImportClaim claim)
    {
        var repository = RepositoryOf(claim.Artifact);
        var (blobs, snapshot, commit) = (Path.Combine(repository, "blobs"), SnapshotOf(claim), CommitOf(claim));
        foreach (var directory in new[] { blobs, Path.Combine(repository, "refs"), Path.Combine(repository, "trees"), Path.Combine(repository, "snapshots") })
        {
            DurableFiles.CreateDirectory(directory);
        }

        var files = manifests.Read(claim).Files;
        if (!Directory.Exists(snapshot))
        {
            // Hidden until it is whole.
            var draft = Path.Combine(repository, "snapshots", $".{commit}.new");
            DurableFiles.DeleteTree(draft);
            DurableFiles.CreateDirectory(draft);
            foreach (var file in files)
            {
                var blob = Path.Combine(blobs, file.Digest.Hex);
                if (!File.Exists(blob))
                {
                    Place(Path.Combine(published.DirectoryOf(claim.Artifact), file.Path.Value), blob, Path.Combine(blobs, $".{file.Digest.Hex}.new"));
                }

                var link = Path.Combine(draft, file.Path.Value);
                Directory.CreateDirectory(Path.GetDirectoryName(link)!);
                File.CreateSymbolicLink(link, $"{string.Concat(Enumerable.Repeat("../", file.Path.Value.Count(c => c == '/') + 2))}blobs/{file.Digest.Hex}");
            }

            DurableFiles.FlushFileSystem(draft);
            DurableFiles.Move(draft, snapshot);
        }

        DurableFiles.Replace(TreeOf(claim), Tree(files));
        if (claim.Artifact.Version != Main)
        {
            DurableFiles.Replace(ReferenceOf(claim.Artifact, claim.Artifact.Version), Encoding.ASCII.GetBytes(commit));
        }
    }

    /// <summary>Points <c>main</c> at a version.</summary>
    public void MakeCurrent(ImportClaim claim) =>
        DurableFiles.Replace(ReferenceOf(claim.Artifact, Main), Encoding.ASCII.GetBytes(CommitOf(claim)));

    /// <summary>Takes a version away, and the blobs that no other version of the artifact has. Those that others have become links to their files: its own bytes may be the reason.</summary>
    /// <param name="claim">The version.</param>
    /// <param name="others">The versions that stay.</param>
    public void Remove(ImportClaim claim, IReadOnlyList<ImportClaim> others)
    {
        var repository = RepositoryOf(claim.Artifact);
        if (!Directory.Exists(repository))
        {
            return;
        }

        foreach (var reference in new[] { claim.Artifact.Version, Main }.Select(name => ReferenceOf(claim.Artifact, name)))
        {
            if (BoundedFile.Read(reference, CommitLength).Succeeded(out var commit, out _) && Encoding.ASCII.GetString(commit) == CommitOf(claim))
            {
                DurableFiles.Delete(reference);
            }
        }

        DurableFiles.Delete(TreeOf(claim));
        var snapshot = SnapshotOf(claim);
        var kept = Directory.EnumerateDirectories(Path.Combine(repository, "snapshots")).Where(other => other != snapshot).SelectMany(BlobsOf).ToHashSet(StringComparer.Ordinal);

        // Before the snapshot goes, which is all that says after a crash which blobs those are.
        if (Directory.Exists(snapshot))
        {
            LinkAnew(Path.Combine(repository, "blobs"), [.. BlobsOf(snapshot).Where(kept.Contains)], others);
        }

        DurableFiles.DeleteTree(snapshot);
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(repository, "blobs")).Where(blob => !kept.Contains(Path.GetFileName(blob))).ToList())
        {
            File.Delete(blob);
        }
    }

    /// <summary>False where no version of an artifact has a file of this digest. True is no promise: the version may be gone, or this view of the artifact.</summary>
    public bool MayHold(ArtifactName artifact, Digest digest) =>
        RepositoryOf(artifact) is var repository && (File.Exists(Path.Combine(repository, "blobs", digest.Hex)) || !Directory.Exists(repository));

    // A file that versions share may have as many names as the file system gives one: then the view has the bytes once more.
    private static void Place(string file, string blob, string draft)
    {
        try
        {
            DurableFiles.Link(file, blob);
        }
        catch (IOException e) when (e.HResult == DurableFiles.TooManyNames)
        {
            File.Copy(file, draft, overwrite: true);
            DurableFiles.SetMode(draft, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            using (var copy = File.OpenHandle(draft))
            {
                DurableFiles.Flush(copy);
            }

            File.Move(draft, blob);
        }
    }

    private static IEnumerable<string> BlobsOf(string snapshot) =>
        Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories).Select(link => Path.GetFileName(new FileInfo(link).LinkTarget)).OfType<string>();

    private void LinkAnew(string blobs, HashSet<string> shared, IReadOnlyList<ImportClaim> others)
    {
        foreach (var other in others.TakeWhile(_ => shared.Count > 0))
        {
            foreach (var file in manifests.Read(other).Files.Where(file => shared.Remove(file.Digest.Hex)))
            {
                var draft = Path.Combine(blobs, $".{file.Digest.Hex}.new");
                File.Delete(draft);
                Place(Path.Combine(published.DirectoryOf(other.Artifact), file.Path.Value), draft, draft + ".copy");
                File.Move(draft, Path.Combine(blobs, file.Digest.Hex), overwrite: true);

                // rename(2) does nothing where both names are of one file already.
                File.Delete(draft);
            }
        }

        DurableFiles.FlushDirectory(blobs);
    }

    private string RepositoryOf(ArtifactName artifact) =>
        Path.Combine(root, $"{(artifact.Kind == ArtifactKind.Checkpoint ? "models" : "datasets")}--{artifact.Org}--{artifact.Name}");

    private string SnapshotOf(ImportClaim claim) => Path.Combine(RepositoryOf(claim.Artifact), "snapshots", CommitOf(claim));

    private string TreeOf(ImportClaim claim) => Path.Combine(RepositoryOf(claim.Artifact), "trees", CommitOf(claim) + ".json");

    private string ReferenceOf(ArtifactName artifact, string name) => Path.Combine(RepositoryOf(artifact), "refs", name);

    /// <summary>What a snapshot consists of: by it the libraries refuse one that lacks a file.</summary>
    private static byte[] Tree(IReadOnlyList<ManifestFile> files)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("format_version", 1);
            json.WriteStartObject("files");
            foreach (var file in files)
            {
                json.WriteStartObject(file.Path.Value);
                json.WriteNumber("size", file.Bytes);
                json.WriteString("blob_id", file.Digest.Hex);
                json.WriteString("lfs_sha256", file.Digest.Hex);
                json.WriteNumber("lfs_size", file.Bytes);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
