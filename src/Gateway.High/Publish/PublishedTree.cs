using Gateway.Core.Manifests;
using Gateway.High.Verify;
using Gateway.Storage;

namespace Gateway.High.Publish;

/// <summary>The directory that importers read: <c>published/&lt;kind&gt;s/&lt;org&gt;/&lt;name&gt;/&lt;version&gt;/</c>, read-only, with <c>current</c> beside the versions.</summary>
public sealed class PublishedTree
{
    private const UnixFileMode ReadOnlyFile = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ReadOnlyDirectory =
        ReadOnlyFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnDirectory = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string root;

    public PublishedTree(StorageRoot storage)
    {
        root = Path.Combine(storage.Path, "published");
        DurableFiles.CreateDirectory(root);
    }

    /// <summary>Directory of a version.</summary>
    public string DirectoryOf(ArtifactName artifact) => Path.Combine(root, artifact.PublishedPath);

    /// <summary>One of the documents of a version, see <see cref="PublishedFiles"/>.</summary>
    public string DocumentOf(ArtifactName artifact, string document) => Path.Combine(DirectoryOf(artifact), PublishedFiles.Directory, document);

    /// <summary>
    /// Makes all files of a tree read-only and everything durable, then gives the tree its name in one step: readers see all of it or none. Throws where
    /// the name is taken.
    /// </summary>
    public void Add(string tree, ArtifactName artifact)
    {
        var files = 0;
        foreach (var (path, _, _) in StoredTree.Entries(tree).Where(entry => !entry.IsDirectory))
        {
            DurableFiles.SetMode(Path.Combine(tree, path), ReadOnlyFile);
            files++;
        }

        using (HighTelemetry.Activities.StartActivity("flush"))
        {
            Flush(tree, files);
        }

        var target = DirectoryOf(artifact);
        DurableFiles.CreateDirectory(Path.GetDirectoryName(target)!);
        DurableFiles.Move(tree, target);
        Seal(artifact);
    }

    /// <summary>
    /// Makes the directories of a version read-only. Only after the rename: one that nobody may write can neither be moved nor, after a crash, be cleared.
    /// </summary>
    public void Seal(ArtifactName artifact)
    {
        var directory = DirectoryOf(artifact);
        foreach (var (path, _, _) in StoredTree.Entries(directory).Where(entry => entry.IsDirectory).ToList())
        {
            DurableFiles.SetMode(Path.Combine(directory, path), ReadOnlyDirectory);
        }

        DurableFiles.SetMode(directory, ReadOnlyDirectory);
        DurableFiles.FlushDirectory(directory);
    }

    /// <summary>Points <c>current</c> at a version. Only ever called for the highest sequence of the artifact.</summary>
    public void MakeCurrent(ArtifactName artifact) =>
        DurableFiles.SwapSymbolicLink(CurrentOf(artifact), artifact.Version);

    /// <summary>Takes <c>current</c> away from an artifact that has no version.</summary>
    public void RemoveCurrent(ArtifactName artifact) => DurableFiles.Delete(CurrentOf(artifact));

    /// <summary>Takes a version that never entered the ledger away from readers in one step.</summary>
    /// <param name="artifact">The version.</param>
    /// <param name="to">Where its tree goes; nothing may be there.</param>
    public void Withdraw(ArtifactName artifact, string to)
    {
        var directory = DirectoryOf(artifact);

        // One that nobody may write can neither be moved nor, later, be cleared.
        DurableFiles.SetMode(directory, OwnDirectory);
        foreach (var (path, _, _) in StoredTree.Entries(directory).Where(entry => entry.IsDirectory).ToList())
        {
            DurableFiles.SetMode(Path.Combine(directory, path), OwnDirectory);
        }

        DurableFiles.CreateDirectory(Path.GetDirectoryName(to)!);
        DurableFiles.Move(directory, to);
    }

    /// <summary>
    /// Takes a version of the ledger away from readers in one step, and leaves at its name a marker and the documents, by which later versions are
    /// compared. What an attempt before it left is completed.
    /// </summary>
    /// <param name="artifact">The version.</param>
    /// <param name="to">Where its tree goes.</param>
    /// <param name="name">Name of the marker.</param>
    /// <param name="marker">What it says.</param>
    public void TakeAway(ArtifactName artifact, string to, string name, ReadOnlySpan<byte> marker)
    {
        var directory = DirectoryOf(artifact);
        if (File.Exists(Path.Combine(directory, name)))
        {
            Seal(artifact);
            return;
        }

        if (!Directory.Exists(to))
        {
            Withdraw(artifact, to);
        }

        var draft = to + ".left";
        DurableFiles.DeleteTree(draft);
        DurableFiles.CreateDirectory(Path.Combine(draft, PublishedFiles.Directory));
        foreach (var document in new[] { PublishedFiles.Release, PublishedFiles.Manifest, PublishedFiles.Inspection, PublishedFiles.Verdict })
        {
            var path = Path.Combine(PublishedFiles.Directory, document);
            DurableFiles.Link(Path.Combine(to, path), Path.Combine(draft, path));
        }

        var why = Path.Combine(draft, name);
        DurableFiles.Replace(why, marker);
        DurableFiles.SetMode(why, ReadOnlyFile);
        DurableFiles.FlushDirectory(Path.Combine(draft, PublishedFiles.Directory));
        DurableFiles.Move(draft, directory);
        Seal(artifact);
    }

    private string CurrentOf(ArtifactName artifact) =>
        Path.Combine(root, artifact.KindDirectory, artifact.Org, artifact.Name, PublishedFiles.Current);

    private static void Flush(string tree, int files)
    {
        if (files > Receive.StagedTree.FilesPerFlush)
        {
            DurableFiles.FlushFileSystem(tree);
            return;
        }

        foreach (var (path, isDirectory, _) in StoredTree.Entries(tree))
        {
            var full = Path.Combine(tree, path);
            if (isDirectory)
            {
                DurableFiles.FlushDirectory(full);
            }
            else
            {
                using var file = File.OpenHandle(full);
                DurableFiles.Flush(file);
            }
        }

        DurableFiles.FlushDirectory(tree);
    }
}
