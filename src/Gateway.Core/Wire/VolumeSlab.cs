using System.Buffers.Binary;
using System.IO.Hashing;

namespace Gateway.Core.Wire;

/// <summary>
/// The content of a slab, and its seal. A content is whole datagrams, each behind its length in two bytes, and zeros up to its end, so that every slab that is whole gives its
/// datagrams without any other. Of a parity slab the content is parity. The seal is XXH128 of the content, seeded with XXH3-64 of its place: the id of the set, volume index and stripe in
/// 16, 8 and 8 bytes. It tells damage and slabs that ended up elsewhere, not forgery.
/// </summary>
public static class VolumeSlab
{
    /// <summary>Bytes of the seal behind each content.</summary>
    public const int SealBytes = 16;

    private const int LengthBytes = 2;

    /// <summary>Datagrams of that many bytes that a content holds.</summary>
    public static int DatagramsIn(int slabBytes, int datagramBytes) => slabBytes / (LengthBytes + datagramBytes);

    /// <summary>Appends a datagram to a content; false where there is no room left for it.</summary>
    /// <param name="content">The content.</param>
    /// <param name="used">Bytes of it that are used; advanced.</param>
    /// <param name="datagram">The datagram, not empty.</param>
    public static bool TryAppend(Span<byte> content, ref int used, ReadOnlySpan<byte> datagram)
    {
        if (content.Length - used < LengthBytes + datagram.Length)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(content[used..], checked((ushort)datagram.Length));
        datagram.CopyTo(content[(used + LengthBytes)..]);
        used += LengthBytes + datagram.Length;
        return true;
    }

    /// <summary>The next datagram of a content; false at its end, and where what follows is none.</summary>
    /// <param name="content">The content.</param>
    /// <param name="read">Bytes of it that were read; advanced.</param>
    /// <param name="datagram">The datagram.</param>
    public static bool TryNext(ReadOnlySpan<byte> content, ref int read, out ReadOnlySpan<byte> datagram)
    {
        datagram = [];
        if (content.Length - read < LengthBytes)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(content[read..]);
        if (length == 0 || length > content.Length - read - LengthBytes)
        {
            return false;
        }

        datagram = content.Slice(read + LengthBytes, length);
        read += LengthBytes + length;
        return true;
    }

    /// <summary>Computes the seal of a content.</summary>
    /// <param name="volume">Set and index.</param>
    /// <param name="stripe">Number of the slab in its volume.</param>
    /// <param name="content">The content.</param>
    /// <param name="seal"><see cref="SealBytes"/> bytes, filled.</param>
    public static void Seal(in Volume volume, long stripe, ReadOnlySpan<byte> content, Span<byte> seal)
    {
        Span<byte> place = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(place, volume.Set);
        BinaryPrimitives.WriteInt64BigEndian(place[16..], volume.Index);
        BinaryPrimitives.WriteInt64BigEndian(place[24..], stripe);
        XxHash128.Hash(content, seal, unchecked((long)XxHash3.HashToUInt64(place)));
    }

    /// <summary>True where a seal is of this content at this place.</summary>
    public static bool IsWhole(in Volume volume, long stripe, ReadOnlySpan<byte> content, ReadOnlySpan<byte> seal)
    {
        Span<byte> computed = stackalloc byte[SealBytes];
        Seal(volume, stripe, content, computed);
        return computed.SequenceEqual(seal);
    }
}
