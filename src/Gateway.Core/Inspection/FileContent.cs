namespace Gateway.Core.Inspection;

/// <summary>Reads content from an offset into a buffer and gives the bytes read: fewer than asked for only at the end.</summary>
public delegate int ContentReader(long offset, Span<byte> into);

/// <summary>What is inspected: a file, or a member of an archive.</summary>
/// <param name="Name">The last part of its path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Read">Reads it at a place; only for what must be known before the bytes come in their order.</param>
internal sealed record FileContent(string Name, long Bytes, ContentReader Read);
