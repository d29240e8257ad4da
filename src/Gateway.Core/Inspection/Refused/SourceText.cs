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

    /// <summary>Longest line that is looked at, in bytes.</summary>
    private const int LineBytes = 400;

    /// <summary>
    /// What the first block of a file shows it to be, or null. In Markdown a number sign begins a heading, so Python is not looked for.
    /// </summary>
    public static Finding? Recognise(ReadOnlySpan<byte> head, string name)
    {
        var text = head.TrimStart(" \t\r\n\uFEFF"u8);
        if (head.StartsWith("#!"u8))
        {
            return Findings.Refuse(RefusalCode.SourceCodeRefused, 0, "a script: it begins with #!");
        }

        if (Begins(text, "<?php"u8) || Begins(text, "#include <"u8) || Begins(text, "#include \""u8) || Begins(text, "@echo off"u8)
            || (!IsMarkdown(name) && IsPython(text)))
        {
            return Findings.Refuse(RefusalCode.SourceCodeRefused, head.Length - text.Length, "source code under the name of text");
        }

        if (Begins(text, "<!doctype"u8) || Begins(text, "<html"u8) || Begins(text, "<?xml"u8) || Begins(text, "<svg"u8) || Begins(text, "<script"u8))
        {
            return Findings.Refuse(RefusalCode.FormatUnknown, head.Length - text.Length, "HTML, SVG or XML");
        }

        return text.StartsWith("{\\rtf"u8) || text.StartsWith("%!PS"u8)
            ? Findings.Refuse(RefusalCode.FormatUnknown, head.Length - text.Length, "RTF or PostScript")
            : null;
    }

    private static bool IsMarkdown(string name) =>
        name.EndsWith(".md", StringComparison.OrdinalIgnoreCase) || name.Equals("README", StringComparison.OrdinalIgnoreCase);

    /// <summary>The first statement, behind comments and a docstring, imports or defines, and another line at the margin is code too.</summary>
    private static bool IsPython(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("\"\"\""u8) && text[3..].IndexOf("\"\"\""u8) is >= 0 and var docstring)
        {
            text = text[(docstring + 6)..];
        }

        var begun = false;
        for (var line = 0; line < Lines && !text.IsEmpty; line++)
        {
            var end = text.IndexOf((byte)'\n');
            var bytes = (end < 0 ? text : text[..end]).TrimEnd(" \t\r"u8);
            text = end < 0 ? default : text[(end + 1)..];
            if (bytes.IsEmpty || bytes[0] == '#' || bytes.Length > LineBytes)
            {
                continue;
            }

            var statement = System.Text.Encoding.UTF8.GetString(bytes);
            if (begun && (Definition().IsMatch(statement) || Statement().IsMatch(statement)))
            {
                return true;
            }

            if (!begun && !Definition().IsMatch(statement))
            {
                return false;
            }

            begun = true;
        }

        return false;
    }

    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lowerCase) =>
        text.Length >= lowerCase.Length && System.Text.Ascii.EqualsIgnoreCase(text[..lowerCase.Length], lowerCase);

    /// <summary>An import, a function, a class.</summary>
    [GeneratedRegex(
        @"^(import [A-Za-z_][\w.]*( as \w+)?(, ?[A-Za-z_][\w.]*( as \w+)?)*|from [\w.]+ import [\w(*].*|(async )?def \w+\(.*|class \w+(\(.*\))?:|if __name__ ?==.*)$",
        RegexOptions.CultureInvariant)]
    private static partial Regex Definition();

    /// <summary>A decorator, call or assignment: alone it may stand in notes and settings.</summary>
    [GeneratedRegex(@"^(@\w[\w.]*(\(.*\))?|\w+(\.\w+)*\(.*\)|\w+ = .+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Statement();
}
