namespace Gateway.Core.Manifests;

/// <summary>Rules between the paths of one artifact.</summary>
public static class ArtifactPaths
{
    /// <summary>
    /// Refuses with <see cref="RefusalCode.PathCollision"/> where two paths are one on a file system that folds case and normalises, or where
    /// one file's path is another's directory.
    /// </summary>
    public static Refusal? CheckCollisions(IEnumerable<ArtifactPath> paths)
    {
        var files = new Dictionary<string, ArtifactPath>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (!files.TryAdd(path.Folded, path))
            {
                return Collision(files[path.Folded], path);
            }
        }

        var directories = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (folded, path) in files)
        {
            for (var slash = folded.LastIndexOf('/'); slash > 0; slash = folded.LastIndexOf('/', slash - 1))
            {
                var directory = folded[..slash];
                if (!directories.Add(directory))
                {
                    break;
                }

                if (files.TryGetValue(directory, out var file))
                {
                    return Collision(file, path);
                }
            }
        }

        return null;
    }

    private static Refusal Collision(ArtifactPath first, ArtifactPath second) => new(RefusalCode.PathCollision, $"{first} and {second}");
}
