using System.Text.RegularExpressions;

namespace Gateway.Core.Inspection.Refused;

/// <summary>
/// Code and markup that goes by the name of text. Only what is certain: a first line that a kernel, browser or interpreter acts on, or a
/// text that begins as a Python program. Prose about code, with code in it, is prose.
/// </summary>
internal static partial class SourceText
{
    /// <summary>Lines of a text that are looked at; programs show what they are at their beginning.</summary>
    private const int Lines = 200;

    /// <summary>Lines that only a program has, of which this many make a program.</summary>
    private const int CertainLines = 2;

    /// <summary>Longest line that is looked at, in bytes.</summary>
    private const int LineBytes = 400;

    /// <summary>What the first block of a file shows it to be, or null.</summary>
    public static Finding? Recognise(ReadOnlySpan<byte> head)
    {
        var text = head.TrimStart(" \t\r\n\uFEFF"u8);
        if (head.StartsWith("#!"u8))
        {
            return Findings.Refuse(RefusalCode.SourceCodeRefused, 0, "a script: it begins with #!");
        }

        if (Begins(text, "<?php"u8) || Begins(text, "#include <"u8) || Begins(text, "#include \""u8) || Begins(text, "@echo off"u8) || IsPython(text))
        {
            return Findings.Refuse(RefusalCode.SourceCodeRefused, head.Length - text.Length, "source code under the name of text");
        }

        if (Begins(text, "<!doctype"u8) || Begins(text, "<html"u8) || Begins(text, "<?xml"u8) || Begins(text, "<svg"u8) || Begins(text, "<script"u8))
        {
            return Findings.Refuse(RefusalCode.FormatUnknown, head.Length - text.Length, "HTML, SVG or XML");
        }

        return text.StartsWith("{\\rtf"u8) || text.StartsWith("%!PS"u8) ? Findings.Refuse(RefusalCode.FormatUnknown, head.Length - text.Length, "RTF or PostScript") : null;
    }

    /// <summary>The first statement, behind comments, is an import or definition, and so is another line at the margin.</summary>
    private static bool IsPython(ReadOnlySpan<byte> text)
    {
        var certain = 0;
        for (var line = 0; line < Lines && !text.IsEmpty; line++)
        {
            var end = text.IndexOf((byte)'\n');
            var bytes = (end < 0 ? text : text[..end]).TrimEnd(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (bytes.IsEmpty || bytes[0] == '#')
            {
                continue;
            }

            var isCode = bytes.Length <= LineBytes && PythonLine().IsMatch(System.Text.Encoding.UTF8.GetString(bytes));
            if (certain == 0 && !isCode)
            {
                return false;
            }

            certain += isCode ? 1 : 0;
            if (certain == CertainLines)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) =>
        text.Length >= lowerCase.Length && System.Text.Ascii.EqualsIgnoreCase(text[..lowerCase.Length], lowerCase);

    [GeneratedRegex(@"^(import [A-Za-z_][\w.]*( as \w+)?(, ?[A-Za-z_][\w.]*( as \w+)?)*|from [\w.]+ import [\w(*].*|(async )?def \w+\(.*|class \w+(\(.*\))?:|if __name__ ?==.*|@\w[\w.]*(\(.*\))?|\w+(\.\w+)*\(.*\)|\w+ = .+)$", RegexOptions.CultureInvariant)]
    private static partial Regex PythonLine();
}
