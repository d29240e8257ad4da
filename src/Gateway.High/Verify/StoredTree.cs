using System.IO.Enumeration;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Verify;

/// <summary>Walks a stored tree without following links.</summary>
public static class StoredTree
{
    private static readonly EnumerationOptions Everything = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
    };

    /// <summary>
    /// The first thing in the tree that is neither listed by the manifest nor one of the three documents that crossed: <see cref="RefusalCode.FileExtra"/>, or
    /// <see cref="RefusalCode.NotRegularFile"/> for a link; null where there is none.
    /// </summary>
    public static Refusal? FindExtra(string tree, Manifest manifest)
    {
        var files = new HashSet<string>(manifest.Files.Count + 3, StringComparer.Ordinal)
        {
            $"{PublishedFiles.Directory}/{PublishedFiles.Release}",
            $"{PublishedFiles.Directory}/{PublishedFiles.Manifest}",
            $"{PublishedFiles.Directory}/{PublishedFiles.Inspection}",
        };
        var directories = new HashSet<string>(StringComparer.Ordinal) { PublishedFiles.Directory };
        foreach (var file in manifest.Files)
        {
            files.Add(file.Path.Value);
            for (var slash = file.Path.Value.LastIndexOf('/'); slash > 0; slash = file.Path.Value.LastIndexOf('/', slash - 1))
            {
                if (!directories.Add(file.Path.Value[..slash]))
                {
                    break;
                }
            }
        }

        foreach (var (path, isDirectory, isLink) in Entries(tree))
        {
            if (isLink)
            {
                return new Refusal(RefusalCode.NotRegularFile, path);
            }

            if (!(isDirectory ? directories : files).Contains(path))
            {
                return new Refusal(RefusalCode.FileExtra, path);
            }
        }

        return null;
    }

    /// <summary>Everything below a directory, with paths relative to it.</summary>
    public static IEnumerable<(string Path, bool IsDirectory, bool IsLink)> Entries(string tree) =>
        new FileSystemEnumerable<(string, bool, bool)>(
            tree,
            (ref FileSystemEntry entry) =>
                (Path.GetRelativePath(tree, entry.ToFullPath()), entry.IsDirectory, entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            Everything)
        {
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
}
