using System.IO.Enumeration;

namespace Gateway.Core.Manifests;

/// <summary>Names of artifacts as <c>org/name</c>, with <c>*</c> and <c>?</c> within either part, whatever the case: names are unique under case folding.</summary>
public static class ArtifactPattern
{
    /// <summary>Longest pattern, in characters: the longest name.</summary>
    public const int MaximumLength = 193;

    /// <summary>True for two parts of letters, digits and <c>. _ - * ?</c>.</summary>
    public static bool IsValid(string pattern) =>
        pattern.Length <= MaximumLength
        && pattern.Split('/') is [{ Length: > 0 } org, { Length: > 0 } name]
        && (org + name).All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '*' or '?');

    /// <summary>True where the pattern names the artifact.</summary>
    /// <param name="pattern">A valid pattern.</param>
    /// <param name="fullName"><c>org/name</c>.</param>
    public static bool Includes(string pattern, string fullName)
    {
        var (slash, at) = (pattern.IndexOf('/', StringComparison.Ordinal), fullName.IndexOf('/', StringComparison.Ordinal));
        return at > 0
            && FileSystemName.MatchesSimpleExpression(pattern.AsSpan(0, slash), fullName.AsSpan(0, at))
            && FileSystemName.MatchesSimpleExpression(pattern.AsSpan(slash + 1), fullName.AsSpan(at + 1));
    }
}
