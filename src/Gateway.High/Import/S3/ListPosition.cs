using Gateway.Core.Manifests;

namespace Gateway.High.Import.S3;

/// <summary>How far a list of keys has come, and which keys it is about. Keys are in the order of their UTF-8 bytes.</summary>
internal sealed class ListPosition(string prefix, string delimiter, string after)
{
    /// <summary>Comes after every character that a name or version can have, and before none.</summary>
    private const char AfterNames = '\x7f';

    private string reached = after;

    /// <summary>True where all that begins with <see cref="reached"/> is behind as well.</summary>
    private bool isWhole;

    /// <summary>True where no key that begins with a directory is still to be listed.</summary>
    public bool Skips(string directory) =>
        !(directory.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(directory, StringComparison.Ordinal))
        || (isWhole && directory.StartsWith(reached, StringComparison.Ordinal))
        || (CodePointOrder.Compare(directory, reached) < 0 && !reached.StartsWith(directory, StringComparison.Ordinal));

    /// <summary>True for a key before the first that is still to be listed. In order, those come first and no other is among them.</summary>
    public bool IsBefore(string key) =>
        CodePointOrder.Compare(key, prefix) < 0
        || CodePointOrder.Compare(key, reached) <= 0
        || (isWhole && key.StartsWith(reached, StringComparison.Ordinal));

    /// <summary>True for a key that the list is about.</summary>
    public bool Includes(string key) => key.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>What keys that begin with a text are rolled up to: all through the first delimiter after the prefix; null where there is none.</summary>
    public string? RollUp(string text) =>
        delimiter.Length > 0 && Includes(text) && text.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var index
            ? text[..(index + delimiter.Length)]
            : null;

    /// <summary>Goes past a key.</summary>
    public void Pass(string key) => (reached, isWhole) = (key, false);

    /// <summary>
    /// Goes past all keys that begin with what they are rolled up to. False where the list began after that: who goes on after a rolled-up name does not want it
    /// again, whatever lies below it.
    /// </summary>
    public bool PassAll(string rolledUp)
    {
        var isNew = CodePointOrder.Compare(rolledUp, reached) > 0;
        (reached, isWhole) = (rolledUp, true);
        return isNew;
    }

    /// <summary>Between which directories below one the list goes on: the first that may be asked for, and the first that may not.</summary>
    /// <param name="directory">Empty, or ending in a slash.</param>
    /// <param name="segments">Segments of the directories below it.</param>
    public (string From, string Before) DirectoriesBelow(string directory, int segments)
    {
        var wanted = Cut(prefix, directory, segments);
        var last = Cut(reached, directory, segments);
        if (isWhole && reached == directory + last)
        {
            last += AfterNames;
        }

        return (CodePointOrder.Compare(wanted, last) < 0 ? last : wanted, wanted + AfterNames);
    }

    /// <summary>The directories that come after one.</summary>
    public static string After(string directory) => directory + AfterNames;

    private static string Cut(string text, string directory, int segments)
    {
        if (!text.StartsWith(directory, StringComparison.Ordinal))
        {
            return "";
        }

        var end = directory.Length;
        for (var i = 0; i < segments; i++)
        {
            var slash = text.IndexOf('/', end);
            if (slash < 0)
            {
                return text[directory.Length..];
            }

            end = slash + 1;
        }

        return text[directory.Length..end];
    }
}
