using Gateway.Core.Inspection.Verifiers;

namespace Gateway.Core.Inspection;

/// <summary>True for a first block, of content of that size, that begins as only one format does.</summary>
internal delegate bool FormatBeginning(ReadOnlySpan<byte> head, long bytes);

/// <summary>Everything that is particular to a format; its row in <see cref="FormatTable"/> is all that inspection knows of it.</summary>
/// <param name="Format">Which one.</param>
/// <param name="Name">The word for it in documents, policy and for people.</param>
/// <param name="Version">Version of its verifier; raised with every change that can alter a finding, a summary or a limit.</param>
/// <param name="Endings">Names that claim it end so, in any case; the longest ending of all formats counts.</param>
/// <param name="Verify">Begins to read one.</param>
/// <param name="NotChecked">What acceptance leaves open, one phrase each, so that nobody takes it for more than it is.</param>
internal sealed record FormatEntry(
    FileFormat Format,
    string Name,
    int Version,
    IReadOnlyList<string> Endings,
    Func<FileContent, Verifier> Verify,
    IReadOnlyList<string> NotChecked)
{
    /// <summary>What content of a binary format begins with; null for text, which nothing marks.</summary>
    public FormatBeginning? Begins { get; init; }

    /// <summary>True where no pickle begins as the content does, so that it is not looked for.</summary>
    public bool IsNoPickle { get; init; }

    /// <summary>True where the content is a model's weights, which make an artifact a checkpoint.</summary>
    public bool IsWeights { get; init; }

    /// <summary>True where the content is files of its own, so that it may not be within another archive.</summary>
    public bool IsArchive { get; init; }

    /// <summary>True where the content has rows, which totals count.</summary>
    public bool HasRows { get; init; }

    /// <summary>True where the content is text, and so holds no NUL.</summary>
    public bool IsText { get; init; }
}
