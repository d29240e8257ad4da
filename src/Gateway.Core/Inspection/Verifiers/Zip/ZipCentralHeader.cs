using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>
/// A header of the central directory (PKWARE APPNOTE 4.3.12), which must say again what the member's local header said: readers that go
/// forward believe one, readers that seek the other.
/// </summary>
internal static class ZipCentralHeader
{
    private const int Dos = 0;
    private const int Unix = 3;

    /// <summary>Read-only and archive: the DOS attributes of a plain file.</summary>
    private const uint PlainDosAttributes = 0x21;

    /// <summary>A regular file, or no type, and its permissions without set-id bits.</summary>
    private const uint PlainUnixMode = 0x81FF;

    /// <summary>Bytes of the whole header, from its fixed part; zero where that is more than a header may have.</summary>
    public static int Bytes(ReadOnlySpan<byte> header)
    {
        var name = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        var comment = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        return name > ZipLimits.NameBytes || extra > ZipRecord.ExtraBytes || comment > 0 ? 0 : ZipRecord.CentralBytes + name + extra;
    }

    /// <summary>How it differs from what the local header said, or null.</summary>
    public static string? Compare(ReadOnlySpan<byte> header, ZipEntry entry)
    {
        var nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        var extra = header[(ZipRecord.CentralBytes + nameBytes)..];
        return !header.Slice(ZipRecord.CentralBytes, nameBytes).SequenceEqual(entry.NameBytes) ? "another name"
            : BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != entry.Flags ? "other flags"
            : BinaryPrimitives.ReadUInt16LittleEndian(header[10..]) != (int)entry.Method ? "another method"
            : BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != entry.Time ? "another time"
            : BinaryPrimitives.ReadUInt32LittleEndian(header[16..]) != entry.Crc ? "another CRC-32"
            : !HasVersion(header, entry, extra) ? "another version"
            : Sizes(header, extra, entry) ?? Attributes(header);
    }

    /// <summary>A member whose sizes are small may lie far behind: then only its central header needs zip64.</summary>
    private static bool HasVersion(ReadOnlySpan<byte> header, ZipEntry entry, ReadOnlySpan<byte> extra)
    {
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        return version == entry.Version || (version == ZipRecord.Zip64Version && !extra.IsEmpty);
    }

    /// <summary>The zip64 field has exactly the values whose own fields are all ones, in this order (APPNOTE 4.5.3).</summary>
    private static string? Sizes(ReadOnlySpan<byte> header, ReadOnlySpan<byte> extra, ZipEntry entry)
    {
        Span<uint> narrow =
        [
            BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[42..]),
        ];
        ReadOnlySpan<long> stated = [entry.Unpacked, entry.Packed, entry.Offset];
        var wide = narrow.Count(uint.MaxValue);
        var values = wide == 0 ? default : ZipRecord.Zip64Values(extra, wide);
        if (wide == 0 ? !extra.IsEmpty : values.IsEmpty)
        {
            return "an extra field that is not zip64 with the values that need it";
        }

        for (var i = 0; i < narrow.Length; i++)
        {
            long value = narrow[i];
            if (narrow[i] == uint.MaxValue)
            {
                value = BinaryPrimitives.ReadInt64LittleEndian(values);
                values = values[8..];
            }

            if (value != stated[i])
            {
                return i == 2 ? "another offset" : "other sizes";
            }
        }

        return null;
    }

    /// <summary>A regular file by both kinds of attributes, on the first disk; a link or directory has other bits.</summary>
    private static string? Attributes(ReadOnlySpan<byte> header)
    {
        var attributes = BinaryPrimitives.ReadUInt32LittleEndian(header[38..]);
        return header[5] is not (Dos or Unix) ? $"system {header[5]}, neither DOS nor Unix"
            : BinaryPrimitives.ReadUInt16LittleEndian(header[34..]) != 0 ? "another disk"
            : BinaryPrimitives.ReadUInt16LittleEndian(header[36..]) != 0 ? "internal attributes"
            : (attributes & 0xFFFF & ~PlainDosAttributes) != 0 || (attributes >> 16 & ~PlainUnixMode) != 0 ? "attributes of something else than a file"
            : null;
    }
}
