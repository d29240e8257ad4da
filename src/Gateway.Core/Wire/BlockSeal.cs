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
    public static void Write(Span<byte> content, DatagramKind kind, ulong session, ulong block) =>
        Compute(content[..^Bytes], kind, session, block, content[^Bytes..]);

    /// <summary>True where the content is whole and belongs to this place.</summary>
    public static bool Fits(ReadOnlySpan<byte> content, DatagramKind kind, ulong session, ulong block)
    {
        Span<byte> expected = stackalloc byte[Bytes];
        Compute(content[..^Bytes], kind, session, block, expected);
        return content[^Bytes..].SequenceEqual(expected);
    }

    private static void Compute(ReadOnlySpan<byte> covered, DatagramKind kind, ulong session, ulong block, Span<byte> seal)
    {
        Span<byte> place = stackalloc byte[Bytes + PositionBytes];
        XxHash128.Hash(covered, place);
        place[Bytes] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(place[(Bytes + 1)..], session);
        BinaryPrimitives.WriteUInt64BigEndian(place[(Bytes + 9)..], block);
        XxHash128.Hash(place, seal);
    }
}
