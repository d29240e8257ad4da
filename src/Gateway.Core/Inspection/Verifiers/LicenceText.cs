using System.Text;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// Tells by its beginning which licence a file holds. Letter case, line breaks and punctuation do not count; names are those of the SPDX licence
/// list, or of who publishes the licence. A text that begins so may go on otherwise: it is told, and nothing follows from it.
/// </summary>
internal sealed class LicenceText
{
    /// <summary>Bytes from the beginning that are looked at: a title, notices of copyright, and the first paragraphs.</summary>
    private const int BeginningBytes = 4096;

    /// <summary>Where a title must begin, in characters: a file may say first of what it is the licence.</summary>
    private const int TitleWithin = 400;

    private static readonly string[] FileNames = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE"];

    /// <summary>What a licence begins with, and what else is in its beginning; the first that fits counts.</summary>
    private static readonly (string Name, string Title, string[] Besides)[] Known =
    [
        ("Apache-2.0", "apache license version 2 0 january 2004", []),
        ("CC0-1.0", "cc0 1 0 universal", []),
        ("CC-BY-4.0", "attribution 4 0 international", []),
        ("CC-BY-SA-4.0", "attribution sharealike 4 0 international", []),
        ("CC-BY-NC-4.0", "attribution noncommercial 4 0 international", []),
        ("CC-BY-NC-SA-4.0", "attribution noncommercial sharealike 4 0 international", []),
        ("AGPL-3.0", "gnu affero general public license version 3", []),
        ("LGPL-3.0", "gnu lesser general public license version 3", []),
        ("GPL-3.0", "gnu general public license version 3", []),
        ("GPL-2.0", "gnu general public license version 2", []),
        ("MPL-2.0", "mozilla public license version 2 0", []),
        ("Unlicense", "this is free and unencumbered software released into the public domain", []),
        ("Llama 2 Community License", "llama 2 community license agreement", []),
        ("Llama 3 Community License", "llama 3 community license agreement", []),
        ("Llama 3.1 Community License", "llama 3 1 community license agreement", []),
        ("Llama 3.2 Community License", "llama 3 2 community license agreement", []),
        ("Llama 3.3 Community License", "llama 3 3 community license agreement", []),
        ("Llama 4 Community License", "llama 4 community license agreement", []),
        ("Gemma Terms of Use", "gemma terms of use", []),
        ("MIT", "permission is hereby granted free of charge to any person obtaining a copy of this software and associated documentation files", [
            "without restriction including without limitation the rights to use copy modify merge publish distribute sublicense and or sell copies",
            "the above copyright notice and this permission notice shall be included in all copies or substantial portions of the software",
        ]),
        ("BSD-3-Clause", "redistribution and use in source and binary forms with or without modification are permitted provided that", ["neither the name of"]),
        ("BSD-2-Clause", "redistribution and use in source and binary forms with or without modification are permitted provided that", [
            "redistributions in binary form must reproduce the above copyright notice",
        ]),
    ];

    private readonly byte[] beginning = new byte[BeginningBytes];
    private int bytes;

    /// <summary>True for a file that is called a licence: the word alone, or with what it is of, or an ending.</summary>
    public static bool IsNamed(string name) =>
        FileNames.Any(n => name.StartsWith(n, StringComparison.OrdinalIgnoreCase) && (name.Length == n.Length || name[n.Length] is '.' or '-' or '_'));

    /// <summary>The next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> block)
    {
        var taken = Math.Min(block.Length, beginning.Length - bytes);
        block[..taken].CopyTo(beginning.AsSpan(bytes));
        bytes += taken;
    }

    /// <summary>What is told of it.</summary>
    public Finding Seen()
    {
        var words = Words();
        var name = Known.FirstOrDefault(k => Begins(words, k.Title) && k.Besides.All(b => words.Contains($" {b} ", StringComparison.Ordinal))).Name;
        return Findings.Inform(FindingCodes.LicenceFile, null, name is null ? "a licence that is not recognised" : $"a licence that begins as {name} does");
    }

    private static bool Begins(string words, string title) => words.IndexOf($" {title} ", StringComparison.Ordinal) is >= 0 and <= TitleWithin;

    /// <summary>Letters and digits in lower case, and one space for everything between them, before and behind.</summary>
    private string Words()
    {
        var words = new StringBuilder(" ");
        foreach (var b in beginning.AsSpan(0, bytes))
        {
            if (char.IsAsciiLetterOrDigit((char)b))
            {
                words.Append(char.ToLowerInvariant((char)b));
            }
            else if (words[^1] != ' ')
            {
                words.Append(' ');
            }
        }

        return words[^1] == ' ' ? words.ToString() : words.Append(' ').ToString();
    }
}
