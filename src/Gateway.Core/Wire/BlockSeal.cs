using System.Buffers.Binary;
using System.IO.Hashing;

namespace Gateway.Core.Wire;

/// <summary>
/// The last 16 bytes of a block: XXH128 (xxHash 0.8, seed 0, canonical big-endian) over
/// <c>XXH128(content before the seal) ‖ kind (1 byte) ‖ session (8, big-endian) ‖ block (8, big-endian)</c>. A block that was put together from symbols of another
/// place fails it. It finds faults of the link and of the code; what protects against people is the SHA-256 of every file.
/// </summary>
public static class BlockSeal
{
    /// <summary>Bytes of the seal.</summary>
    public const int Bytes = 16;

    private const int PositionBytes = 1 + 8 + 8;

    /// <summary>Writes the seal into the last bytes of the content.</summary>
    public static void Write(Span<byte> content, DatagramKind kind, ulong session, ulong block)
    {
        Span<byte> place = stackalloc byte[Bytes + PositionBytes];
        XxHash128.Hash(content[..^Bytes], place);
        Compute(place, kind, session, block, content[^Bytes..]);
    }

    /// <summary>Writes the seal into the last bytes of the last symbol, where the content lies in symbols that are apart from each other.</summary>
    /// <param name="symbols">From the first byte of the first symbol to the last of the last.</param>
    /// <param name="stride">Bytes from one symbol to the next.</param>
    /// <param name="symbolBytes">Bytes of a symbol.</param>
    /// <param name="hash">What hashes; it begins anew.</param>
    /// <param name="kind">Kind of the block.</param>
    /// <param name="session">Its session.</param>
    /// <param name="block">Its number.</param>
    public static void Write(Span<byte> symbols, int stride, int symbolBytes, XxHash128 hash, DatagramKind kind, ulong session, ulong block)
    {
        hash.Reset();
        for (var at = 0; at < symbols.Length; at += stride)
        {
            var symbol = symbols.Slice(at, symbolBytes);
            hash.Append(at + symbolBytes == symbols.Length ? symbol[..^Bytes] : symbol);
        }

        Span<byte> place = stackalloc byte[Bytes + PositionBytes];
        hash.GetCurrentHash(place);
        Compute(place, kind, session, block, symbols[^Bytes..]);
    }

    /// <summary>True where the content is whole and belongs to this place.</summary>
    public static bool Fits(ReadOnlySpan<byte> content, DatagramKind kind, ulong session, ulong block)
    {
        Span<byte> place = stackalloc byte[Bytes + PositionBytes];
        Span<byte> expected = stackalloc byte[Bytes];
        XxHash128.Hash(content[..^Bytes], place);
        Compute(place, kind, session, block, expected);
        return content[^Bytes..].SequenceEqual(expected);
    }

    // The place begins with the hash of the content.
    private static void Compute(Span<byte> place, DatagramKind kind, ulong session, ulong block, Span<byte> seal)
    {
        place[Bytes] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(place[(Bytes + 1)..], session);
        BinaryPrimitives.WriteUInt64BigEndian(place[(Bytes + 9)..], block);
        XxHash128.Hash(place, seal);
    }
}
