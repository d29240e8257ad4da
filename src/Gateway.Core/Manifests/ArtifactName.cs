using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core.Manifests;

/// <summary>Checkpoint or dataset.</summary>
public enum ArtifactKind
{
    Checkpoint = 1,
    Dataset = 2,
}

/// <summary>Words that mean something in a published tree and therefore name nothing else, in any case.</summary>
public static class ReservedNames
{
    /// <summary>True for <c>current</c>, <c>_SUCCESS</c>, <c>_REVOKED</c>, <c>_RETIRED</c> and <c>.gateway</c>, whatever the case.</summary>
    public static bool Contains(string name) =>
        name.Equals("current", StringComparison.OrdinalIgnoreCase)
        || name.Equals("_SUCCESS", StringComparison.OrdinalIgnoreCase)
        || name.Equals("_REVOKED", StringComparison.OrdinalIgnoreCase)
        || name.Equals("_RETIRED", StringComparison.OrdinalIgnoreCase)
        || name.Equals(".gateway", StringComparison.OrdinalIgnoreCase);
}

/// <summary>An artifact: <c>org/name</c>, version and kind, each proven to be safe in a path.</summary>
public sealed record ArtifactName
{
    /// <summary>Longest org, name or version, in characters: three of them fit in one file name of 255 bytes with room to spare.</summary>
    public const int MaximumPartLength = 96;

    private ArtifactName(ArtifactKind kind, string org, string name, string version)
    {
        Kind = kind;
        Org = org;
        Name = name;
        Version = version;
    }

    public ArtifactKind Kind { get; }

    public string Org { get; }

    public string Name { get; }

    public string Version { get; }

    /// <summary><c>org/name</c>.</summary>
    public string FullName => $"{Org}/{Name}";

    /// <summary>Equal for names that a case-folding file system cannot tell apart; kind and version left out.</summary>
    public string FoldedName => FullName.ToLowerInvariant();

    /// <summary>The version, case-folded.</summary>
    public string FoldedVersion => Version.ToLowerInvariant();

    /// <summary>Directory under the published root: <c>&lt;kind&gt;s/org/name/version</c>.</summary>
    public string PublishedPath => $"{KindDirectory}/{Org}/{Name}/{Version}";

    /// <summary><c>checkpoints</c> or <c>datasets</c>.</summary>
    public string KindDirectory => Kind == ArtifactKind.Checkpoint ? "checkpoints" : "datasets";

    /// <summary>Reads <c>org/name</c> and a version. Refuses with <see cref="RefusalCode.NameInvalid"/>.</summary>
    public static Outcome<ArtifactName> Parse(ArtifactKind kind, string? fullName, string? version)
    {
        if (kind is not (ArtifactKind.Checkpoint or ArtifactKind.Dataset))
        {
            return new Refusal(RefusalCode.NameInvalid, "kind");
        }

        var parts = fullName?.Split('/') ?? [];
        if (parts.Length != 2 || !IsPart(parts[0]) || !IsPart(parts[1]))
        {
            return new Refusal(RefusalCode.NameInvalid, "name");
        }

        return IsPart(version)
            ? new ArtifactName(kind, parts[0], parts[1], version)
            : new Refusal(RefusalCode.NameInvalid, "version");
    }

    public override string ToString() => $"{FullName}@{Version}";

    private static bool IsPart([NotNullWhen(true)] string? part)
    {
        if (part is not { Length: > 0 and <= MaximumPartLength } || !char.IsAsciiLetterOrDigit(part[0]) || ReservedNames.Contains(part))
        {
            return false;
        }

        foreach (var c in part)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }
}
