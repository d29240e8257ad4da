namespace Gateway.Storage.High;

/// <summary>A key with which programs read over HTTP what is published. Its secret is not here: it follows from the id.</summary>
public sealed record AccessKeyRecord
{
    /// <summary>Names the key; no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Actor who made it, who answers for what is read with it and whose role it needs at each use.</summary>
    public required string Owner { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Label { get; init; }

    /// <summary>Artifacts it is for: <c>org/name</c>, <c>org/*</c> or <c>*/*</c>.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>When it was taken back; null while it was not.</summary>
    public DateTimeOffset? Revoked { get; init; }
}
