namespace Gateway.Core.Inspection;

/// <summary>What a file's name claims. Submitters declare it; inspection proves it.</summary>
public static class FormatGuess
{
    /// <summary>Text is taken under these endings only: everything else that happens to be text is of no listed format.</summary>
    private static readonly string[] TextExtensions = [".txt", ".md"];

    /// <summary>Names of text files that by custom have no ending.</summary>
    private static readonly string[] TextNames =
        ["LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "AUTHORS", "CHANGELOG", "CITATION", "VERSION", ".gitattributes"];

    /// <summary>The format that the name claims; <see cref="FileFormat.Unknown"/> for a name that claims none that may cross.</summary>
    public static FileFormat FromName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        return name switch
        {
            _ when Ends(name, ".safetensors") => FileFormat.Safetensors,
            _ when Ends(name, ".safetensors.index.json") => FileFormat.SafetensorsIndex,
            _ when Ends(name, ".npy") => FileFormat.Npy,
            _ when Ends(name, ".json") => FileFormat.Json,
            _ when Ends(name, ".jsonl") || Ends(name, ".ndjson") => FileFormat.JsonLines,
            _ when Ends(name, ".csv") => FileFormat.Csv,
            _ => IsText(name) ? FileFormat.Text : FileFormat.Unknown,
        };
    }

    private static bool IsText(ReadOnlySpan<char> name)
    {
        foreach (var extension in TextExtensions)
        {
            if (Ends(name, extension))
            {
                return true;
            }
        }

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

    private static bool Ends(ReadOnlySpan<char> name, string extension) => name.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
