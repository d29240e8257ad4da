using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>Signatures and sizes of the records of an archive, and what local and central headers have in common (PKWARE APPNOTE 4.3 and 4.4).</summary>
internal static class ZipRecord
{
    public const uint Local = 0x04034B50;
    public const uint Central = 0x02014B50;
    public const uint Zip64End = 0x06064B50;
    public const uint Zip64Locator = 0x07064B50;
    public const uint End = 0x06054B50;

    public const int SignatureBytes = 4;
    public const int LocalBytes = 30;
    public const int CentralBytes = 46;
    public const int Zip64EndBytes = 56;
    public const int Zip64LocatorBytes = 20;
    public const int EndBytes = 22;

    /// <summary>Longest extra field: the zip64 one with two sizes and an offset.</summary>
    public const int ExtraBytes = 4 + (3 * 8);

    /// <summary>The longest record: a central header with the longest name and extra field.</summary>
    public const int MaximumBytes = CentralBytes + ZipLimits.NameBytes + ExtraBytes;

    /// <summary>Flag: the name is UTF-8.</summary>
    public const ushort Utf8Name = 0x0800;

    /// <summary>Version that zip64 needs, in tenths.</summary>
    public const ushort Zip64Version = 45;

    /// <summary>Header id of the zip64 extra field.</summary>
    private const ushort Zip64Extra = 0x0001;

    /// <summary>The only extra field there may be, with exactly so many 64-bit values; empty where it is not that.</summary>
    public static ReadOnlySpan<byte> Zip64Values(ReadOnlySpan<byte> extra, int values) =>
        extra.Length == 4 + (8 * values)
        && BinaryPrimitives.ReadUInt16LittleEndian(extra) == Zip64Extra && BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]) == 8 * values
            ? extra[4..]
            : default;

    /// <summary>True for a moment that there is: month 1 to 12 and so on. Other bits would say nothing and carry something.</summary>
    public static bool IsMoment(uint time) =>
        (time & 31) <= 29 && (time >> 5 & 63) <= 59 && (time >> 11 & 31) <= 23 && (time >> 16 & 31) >= 1 && (time >> 21 & 15) is >= 1 and <= 12;
}
