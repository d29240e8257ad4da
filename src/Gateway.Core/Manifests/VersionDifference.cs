namespace Gateway.Core.Manifests;

/// <summary>What changed between two versions of an artifact. Both sides compute it, so it has one definition.</summary>
public static class VersionDifference
{
    /// <summary>Compares a version with an earlier one: files by path and digest, tensors by name, shape and digest.</summary>
    public static PreviousVersion Between(EarlierVersion earlier, Manifest next, InspectionReport report)
    {
        var before = earlier.Manifest.Files.ToDictionary(file => file.Path, file => file.Digest);
        var kept = next.Files.Where(file => before.ContainsKey(file.Path)).ToList();
        return new PreviousVersion(
            earlier.Manifest.Artifact.Version,
            earlier.ManifestDigest,
            Added: next.Files.Count - kept.Count,
            Removed: earlier.Manifest.Files.Count - kept.Count,
            Changed: kept.Count(file => before[file.Path] != file.Digest),
            earlier.Report is { } was ? TensorDifference.Between(earlier.Manifest, was, next, report) : null);
    }
}
