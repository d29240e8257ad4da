namespace Gateway.Core.Manifests;

/// <summary>What changed between two versions of an artifact, by path and digest. Both sides compute it, so it has one definition.</summary>
public static class VersionDifference
{
    /// <summary>Compares a manifest with that of an earlier version.</summary>
    public static PreviousVersion Between(Manifest previous, Digest previousDigest, Manifest next)
    {
        var before = previous.Files.ToDictionary(file => file.Path, file => file.Digest);
        var kept = next.Files.Where(file => before.ContainsKey(file.Path)).ToList();
        return new PreviousVersion(
            previous.Artifact.Version,
            previousDigest,
            Added: next.Files.Count - kept.Count,
            Removed: previous.Files.Count - kept.Count,
            Changed: kept.Count(file => before[file.Path] != file.Digest));
    }
}
