namespace Gateway.Storage.High;

/// <summary>A pass over everything that was due when it began.</summary>
public sealed record ScrubRun
{
    public required long Number { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>When nothing was due any more; null while it goes on.</summary>
    public required DateTimeOffset? Ended { get; init; }

    /// <summary>Versions hashed to their end.</summary>
    public required long Versions { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Files found rotten.</summary>
    public required long Rotten { get; init; }
}

/// <summary>What is hashed next.</summary>
/// <param name="Run">The run that it belongs to.</param>
/// <param name="Import">A published version.</param>
/// <param name="NextFile">Where an interrupted pass over it goes on.</param>
public sealed record ScrubTurn(long Run, ImportRecord Import, int NextFile);

/// <summary>A file of a published version was found not to have the bytes that were verified.</summary>
/// <param name="Import">The version.</param>
/// <param name="Looked">When the looking began: a version that was mended since is not judged by it.</param>
/// <param name="Run">The run of scrubbing that looked; null where a reader asked for the bytes to be verified.</param>
public sealed record RotFinding(ImportRecord Import, DateTimeOffset Looked, long? Run)
{
    /// <summary>What the audit log calls it.</summary>
    internal string Action => Run is null ? "read.rotten" : "scrub.rotten";
}

/// <summary>A published file that no longer had the bytes that were verified.</summary>
/// <param name="Import">The version.</param>
/// <param name="Path">Path inside it.</param>
/// <param name="Found">When that was found.</param>
/// <param name="Repaired">When the version was published again; null before.</param>
public sealed record RottenFile(ImportRecord Import, string Path, DateTimeOffset Found, DateTimeOffset? Repaired);
