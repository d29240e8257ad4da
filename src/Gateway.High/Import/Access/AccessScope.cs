using Gateway.Core.Manifests;

namespace Gateway.High.Import.Access;

/// <summary>Which artifacts a key is for: <c>org/name</c>, <c>org/*</c> or <c>*/*</c>, whatever the case.</summary>
internal static class AccessScope
{
    private const string All = "*";

    /// <summary>True for a scope of one of the three forms.</summary>
    public static bool IsValid(string scope) =>
        scope == "*/*"
        || ArtifactName.Parse(ArtifactKind.Checkpoint, scope.EndsWith("/*", StringComparison.Ordinal) ? scope[..^1] + "any" : scope, "0").Succeeded(out _, out _);

    /// <summary>True where the scope names the artifact.</summary>
    /// <param name="scope">A valid scope.</param>
    /// <param name="name"><c>org/name</c>, which need not exist.</param>
    public static bool Includes(string scope, string name)
    {
        var slash = scope.IndexOf('/', StringComparison.Ordinal);
        var (org, rest) = (scope[..slash], scope[(slash + 1)..]);
        var at = name.IndexOf('/', StringComparison.Ordinal);
        return at > 0 && Matches(org, name[..at]) && Matches(rest, name[(at + 1)..]);
    }

    private static bool Matches(string pattern, string part) => pattern == All || pattern.Equals(part, StringComparison.OrdinalIgnoreCase);
}
