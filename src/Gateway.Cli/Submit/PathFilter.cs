using Microsoft.Extensions.FileSystemGlobbing;

namespace Gateway.Cli.Submit;

/// <summary>Which files of a directory are part of the artifact: --include and --exclude, and never <c>.git</c>.</summary>
internal sealed class PathFilter
{
    /// <summary>Left out at any depth: history is no part of an artifact and may hold what was removed from it.</summary>
    public const string AlwaysExcluded = ".git";

    private readonly Matcher? matcher;

    public PathFilter(IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        if (include.Count == 0 && exclude.Count == 0)
        {
            return;
        }

        matcher = new Matcher(StringComparison.Ordinal);
        matcher.AddIncludePatterns(include.Count == 0 ? ["**/*"] : include.SelectMany(AtAnyDepth));
        matcher.AddExcludePatterns(exclude.SelectMany(AtAnyDepth));
    }

    /// <summary>Whether a file, by its path within the directory, is part of the artifact.</summary>
    public bool Takes(string path) => matcher is null || matcher.Match(path).HasMatches;

    /// <summary>A pattern without a slash means the name in any directory, as in a .gitignore.</summary>
    private static IEnumerable<string> AtAnyDepth(string pattern) =>
        pattern.Contains('/', StringComparison.Ordinal) ? [pattern] : [pattern, $"**/{pattern}"];
}
