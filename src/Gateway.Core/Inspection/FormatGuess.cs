namespace Gateway.Core.Inspection;

/// <summary>What a file's name claims. Submitters declare it; inspection proves it.</summary>
public static class FormatGuess
{
    /// <summary>Longest first: an index of shards is JSON by its last part.</summary>
    private static readonly (string Ending, FileFormat Format)[] Endings =
        [.. FormatTable.All.SelectMany(e => e.Endings.Select(ending => (ending, e.Format))).OrderByDescending(e => e.ending.Length)];

    /// <summary>Names of text files that by custom have no ending.</summary>
    private static readonly string[] TextNames =
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "AUTHORS", "CHANGELOG", "CITATION", "VERSION", ".gitattributes"];

    /// <summary>The format that the name claims; <see cref="FileFormat.Unknown"/> for a name that claims none that may cross.</summary>
    public static FileFormat FromName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        foreach (var (ending, format) in Endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return IsText(name) ? FileFormat.Text : FileFormat.Unknown;
    }

    private static bool IsText(ReadOnlySpan<char> name)
    {
        foreach (var listed in TextNames)
        {
            // LICENSE-MODEL and the like: some publishers give code and weights a licence each.
            if (name.Equals(listed, StringComparison.OrdinalIgnoreCase)
                || (name.StartsWith($"{listed}-", StringComparison.OrdinalIgnoreCase) && !name.Contains('.')))
            {
                return true;
            }
        }

        return false;
    }
}
