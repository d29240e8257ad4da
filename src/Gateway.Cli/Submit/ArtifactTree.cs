using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Submit;

/// <summary>One file to upload, as it was when the directory was walked.</summary>
internal sealed record PlannedFile(ArtifactPath Path, string FullPath, FileStatus Status);

/// <summary>What was left out, so that nobody thinks it crossed.</summary>
internal sealed record SkippedPath(string Path, string Reason);

/// <summary>The files of an artifact in the order of its byte stream.</summary>
internal sealed record ArtifactTree(IReadOnlyList<PlannedFile> Files, IReadOnlyList<SkippedPath> Skipped)
{
    /// <summary>Deepest directory: paths of <see cref="ArtifactPath.MaximumBytes"/> hold no more segments.</summary>
    private const int MaximumDepth = 512;

    public long TotalBytes => Files.Sum(f => f.Status.Bytes);

    /// <summary>
    /// Walks a directory, or takes one file. Refuses links, devices, sockets and pipes, paths that cannot cross, collisions, and nothing at all.
    /// </summary>
    public static Outcome<ArtifactTree> Walk(string root, PathFilter filter, CancellationToken cancel)
    {
        var files = new List<PlannedFile>();
        var skipped = new List<SkippedPath>();
        if (Visit(root, filter, files, skipped, cancel) is { } refusal)
        {
            return refusal;
        }

        if (files.Count == 0)
        {
            return new Refusal(RefusalCode.NoFiles, skipped.Count == 0 ? root : $"{root}, of which everything is excluded");
        }

        files.Sort((left, right) => ArtifactPath.Compare(left.Path, right.Path));
        return ArtifactPaths.CheckCollisions(files.Select(f => f.Path)) is { } collision ? collision : new ArtifactTree(files, skipped);
    }

    private static Refusal? Visit(
        string root, PathFilter filter, List<PlannedFile> files, List<SkippedPath> skipped, CancellationToken cancel)
    {
        switch (FileStatus.Of(root))
        {
            case null:
                throw CommandStop.Usage($"{root} does not exist or may not be read");
            case { Type: FileType.Regular } status:
                return Take(root, Path.GetFileName(root), status, files);
            case { Type: FileType.Other }:
                return new Refusal(RefusalCode.NotRegularFile, root);
        }

        var directories = new Stack<(string Full, string Relative, int Depth)>();
        directories.Push((root, string.Empty, 0));
        while (directories.TryPop(out var directory))
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var full in Directory.EnumerateFileSystemEntries(directory.Full))
            {
                var name = Path.GetFileName(full);
                var relative = directory.Relative.Length == 0 ? name : $"{directory.Relative}/{name}";
                var status = FileStatus.Of(full);
                if (name == PathFilter.AlwaysExcluded)
                {
                    skipped.Add(new SkippedPath(relative, "version control history never crosses"));
                }
                else if (status is { Type: FileType.Directory } && directory.Depth < MaximumDepth)
                {
                    directories.Push((full, relative, directory.Depth + 1));
                }
                else if (!filter.Takes(relative))
                {
                    skipped.Add(new SkippedPath(relative, "excluded"));
                }
                else if (status is not { } found)
                {
                    // A name that is not UTF-8 comes back changed and is not found again; so does a file that was just removed.
                    return new Refusal(RefusalCode.PathInvalid, $"{relative}: not there under this name");
                }
                else if ((found.Type == FileType.Regular ? Take(full, relative, found, files) : NotRegular(relative)) is { } refusal)
                {
                    return refusal;
                }
            }
        }

        return null;
    }

    private static Refusal NotRegular(string relative) => new(RefusalCode.NotRegularFile, relative);

    private static Refusal? Take(string full, string relative, FileStatus status, List<PlannedFile> files)
    {
        if (!ArtifactPath.Parse(relative).Succeeded(out var path, out var refusal))
        {
            return refusal;
        }

        if (files.Count == Manifest.MaximumFiles)
        {
            return new Refusal(RefusalCode.TooManyFiles, $"more than {Manifest.MaximumFiles}");
        }

        files.Add(new PlannedFile(path, full, status));
        return null;
    }
}
