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
    /// Makes all of a tree read-only and durable, then gives it its name in one step: readers see all of it or none. Throws where the name is taken.
    /// </summary>
    public void Add(string tree, ArtifactName artifact)
    {
        var files = 0;
        List<string> directories = [];
        foreach (var (path, isDirectory, _) in StoredTree.Entries(tree))
        {
            if (isDirectory)
            {
                directories.Add(Path.Combine(tree, path));
            }
            else
            {
                SetMode(Path.Combine(tree, path), ReadOnlyFile);
                files++;
            }
        }

        foreach (var directory in directories)
        {
            SetMode(directory, ReadOnlyDirectory);
        }

        Flush(tree, files);
        var target = DirectoryOf(artifact);
        DurableFiles.CreateDirectory(Path.GetDirectoryName(target)!);
        DurableFiles.Move(tree, target);
        Seal(artifact);
    }

    /// <summary>Takes the right to write from the version's own directory: only now, because a directory that nobody may write cannot be moved.</summary>
    public void Seal(ArtifactName artifact)
    {
        SetMode(DirectoryOf(artifact), ReadOnlyDirectory);
        DurableFiles.FlushDirectory(DirectoryOf(artifact));
    }

    /// <summary>Points <c>current</c> at a version. Only ever called for the highest sequence of the artifact.</summary>
    public void MakeCurrent(ArtifactName artifact) =>
        DurableFiles.SwapSymbolicLink(
            Path.Combine(root, artifact.KindDirectory, artifact.Org, artifact.Name, PublishedFiles.Current), artifact.Version);

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

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Published trees need POSIX modes.");
        }

        File.SetUnixFileMode(path, mode);
    }
}
