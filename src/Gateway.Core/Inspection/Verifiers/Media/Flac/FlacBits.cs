using System.Buffers.Binary;
using System.Numerics;

namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>Bits of frames, most significant first, in a window that moves over the file; CRC-8 and CRC-16 follow what was used (RFC 9639, 9.1.8, 9.3).</summary>
internal sealed class FlacBits
{
    /// <summary>Zeros behind the bytes that there are, so that a look ahead needs no check.</summary>
    private const int Slack = 16;

    private static readonly ushort[] Table16 = Table(0x8005, 16);
    private static readonly ushort[] Table8 = Table(0x07, 8);

    private readonly byte[] window = new byte[(2 * InspectionLimits.BlockBytes) + Slack];
    private int bytes;

    /// <summary>Next bit, from the window's beginning.</summary>
    private long position;
    private int summedTo;
    private ushort crc16;

    /// <summary>Bits that are there.</summary>
    public long Available => (8L * bytes) - position;

    /// <summary>Bytes that are there and not used, the one that was begun not among them.</summary>
    public int BytesLeft => bytes - (int)((position + 7) / 8);

    /// <summary>Takes the next bytes of the file.</summary>
    public int Append(ReadOnlySpan<byte> next)
    {
        Sum();
        var used = (int)(position / 8);
        window.AsSpan(used, bytes - used).CopyTo(window);
        bytes -= used;
        position -= 8L * used;
        summedTo -= used;
        var taken = Math.Min(next.Length, window.Length - Slack - bytes);
        next[..taken].CopyTo(window.AsSpan(bytes));
        bytes += taken;
        window.AsSpan(bytes, Slack).Clear();
        return taken;
    }

    /// <summary>Up to 32 bits, which must be there.</summary>
    public uint Take(int bits)
    {
        var value = bits == 0 ? 0 : (uint)(Peek() >> (64 - bits));
        position += bits;
        return value;
    }

    public void Skip(long bits) => position += bits;

    /// <summary>Zeros before the next one, of the 32 bits ahead.</summary>
    public int Zeros() => Math.Min(32, BitOperations.LeadingZeroCount(Peek()));

    /// <summary>A frame begins at the next byte.</summary>
    public void Begin()
    {
        summedTo = (int)(position / 8);
        crc16 = 0;
    }

    /// <summary>CRC-8 of the last bytes.</summary>
    public byte Crc8(int count)
    {
        var end = (int)(position / 8);
        ushort crc = 0;
        foreach (var b in window.AsSpan(end - count, count))
        {
            crc = Table8[(crc ^ b) & 0xFF];
        }

        return (byte)crc;
    }

    /// <summary>CRC-16 of the frame up to the next byte.</summary>
    public ushort Crc16()
    {
        Sum();
        return crc16;
    }

    private void Sum()
    {
        var end = (int)(position / 8);
        foreach (var b in window.AsSpan(summedTo, end - summedTo))
        {
            crc16 = (ushort)((crc16 << 8 & 0xFFFF) ^ Table16[(crc16 >> 8) ^ b]);
        }

        summedTo = end;
    }

    /// <summary>The 57 bits ahead and more, at the top.</summary>
    private ulong Peek()
    {
        var at = (int)(position / 8);
        return BinaryPrimitives.ReadUInt64BigEndian(window.AsSpan(at)) << (int)(position % 8);
    }

    private static ushort[] Table(int polynomial, int bits)
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = i << (bits - 8);
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc << 1) ^ ((crc >> (bits - 1)) * polynomial);
                crc &= (1 << bits) - 1;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
