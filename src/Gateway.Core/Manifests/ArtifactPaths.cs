namespace Gateway.Core.Manifests;

/// <summary>Rules between the paths of one artifact.</summary>
public static class ArtifactPaths
{
    /// <summary>
    /// Refuses with <see cref="RefusalCode.PathCollision"/> where two paths are one on a file system that folds case, or where a file's path is another's directory.
    /// </summary>
    public static Refusal? CheckCollisions(IEnumerable<ArtifactPath> paths) => throw new NotSupportedException("Lands next.");
}
