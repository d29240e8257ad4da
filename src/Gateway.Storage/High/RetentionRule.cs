using System.Globalization;
using Gateway.Core.Manifests;

namespace Gateway.Storage.High;

/// <summary>Which versions of an artifact are kept. The first rule that fits an artifact counts; what none fits is kept for good.</summary>
/// <param name="Artifacts">Names that it is for, an <see cref="ArtifactPattern"/>.</param>
/// <param name="Kind">Only artifacts of this kind; null takes both.</param>
/// <param name="KeepLast">Published versions of each name that are kept, the newest by sequence; at least 1.</param>
/// <param name="KeepUnacknowledged">Keeps what no consumer has acknowledged, whatever its age.</param>
public sealed record RetentionRule(string Artifacts, ArtifactKind? Kind, int KeepLast, bool KeepUnacknowledged)
{
    /// <summary>True for an artifact that the rule is for.</summary>
    public bool Fits(ArtifactName artifact) => (Kind is null || Kind == artifact.Kind) && ArtifactPattern.Includes(Artifacts, artifact.FullName);

    /// <summary>As the record of a retirement names it, e.g. <c>acme/* dataset keepLast=3 keepUnacknowledged=true</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Artifacts}{(Kind is { } kind ? $" {kind.ToString().ToLowerInvariant()}" : "")} keepLast={KeepLast} keepUnacknowledged={(KeepUnacknowledged ? "true" : "false")}");
}

/// <summary>Why a version that is not the newest of its name is kept. Numbers are those of <c>gateway.high.v1.RetentionVerdict.Hold</c>.</summary>
public enum RetentionHold
{
    /// <summary>No rule fits the artifact.</summary>
    NoRule = 1,

    /// <summary>It is among the newest that its rule keeps.</summary>
    Newest = 2,

    /// <summary>Somebody pinned it.</summary>
    Pinned = 3,

    /// <summary>Somebody asked for it to be revoked: its bytes may have to be looked into.</summary>
    RevocationRequested = 4,

    /// <summary>It is to be handed to a consumer, or is in the hands of one.</summary>
    Pending = 5,

    /// <summary>No consumer has acknowledged it.</summary>
    Unacknowledged = 6,
}

/// <summary>What the rules of retention say of a version.</summary>
/// <param name="Import">The version.</param>
/// <param name="Rule">The rule that counts; null where none fits.</param>
/// <param name="Hold">Why it is kept; null where it is to be retired.</param>
/// <param name="Detail">Who pinned it, asked for its revocation or waits for it; empty otherwise.</param>
public sealed record RetentionVerdict(ImportRecord Import, RetentionRule? Rule, RetentionHold? Hold, string Detail);
