using System.Buffers.Binary;
using System.Text;
using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>
/// A local header with name and extra field (PKWARE APPNOTE 4.3.7). Its sizes and CRC-32 are known before its bytes come: a member whose
/// sizes stand behind it ends where each reader thinks it does.
/// </summary>
internal static class ZipLocalHeader
{
    private const ushort Encrypted = 0x0001 | 0x0040 | 0x2000;
    private const ushort Descriptor = 0x0008;

    /// <summary>Bytes of the whole header, from its fixed part; zero where that is more than a header may have.</summary>
    public static int Bytes(ReadOnlySpan<byte> header)
    {
        var name = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return name > ZipLimits.NameBytes || extra > ZipRecord.ExtraBytes ? 0 : ZipRecord.LocalBytes + name + extra;
    }

    /// <summary>Reads the header at an offset of the archive.</summary>
    public static Finding? Read(ReadOnlySpan<byte> header, long offset, out ZipEntry? entry)
    {
        entry = null;
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        var method = (ZipMethod)BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var time = BinaryPrimitives.ReadUInt32LittleEndian(header[10..]);
        var nameBytes = header.Slice(ZipRecord.LocalBytes, BinaryPrimitives.ReadUInt16LittleEndian(header[26..]));
        var quoted = Findings.Quote(nameBytes);
        if (Unsupported(flags, method, version) is { } unsupported)
        {
            return Findings.Refuse(RefusalCode.ArchiveRefused, offset, $"{quoted}: {unsupported}");
        }

        var name = "";
        var fault = Sizes(header, nameBytes.Length, out var packed, out var unpacked)
            ?? (method == ZipMethod.Stored && packed != unpacked ? "it is stored, and its two sizes differ" : null)
            ?? (ZipRecord.IsMoment(time) ? null : "its time is none that there is")
            ?? Name(nameBytes, flags, out name);
        if (fault is not null)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, offset, $"{quoted}: {fault}");
        }

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]);
        entry = new ZipEntry(name, nameBytes.ToArray(), version, flags, method, time, crc, packed, unpacked, offset);
        return null;
    }

    private static string? Unsupported(ushort flags, ZipMethod method, ushort version)
    {
        if ((flags & Encrypted) != 0)
        {
            return "it is encrypted";
        }

        if ((flags & Descriptor) != 0)
        {
            return "its sizes stand behind it (a data descriptor); write to a file that can be sought in";
        }

        if ((flags & ~ZipRecord.Utf8Name) != 0)
        {
            return $"flags 0x{flags:X4}";
        }

        return method is not (ZipMethod.Stored or ZipMethod.Deflated) ? $"method {(int)method}, neither stored nor deflated"
            : version is not (10 or 20 or ZipRecord.Zip64Version) ? $"version {version} is needed to read it"
            : null;
    }

    private static string? Sizes(ReadOnlySpan<byte> header, int nameBytes, out long packed, out long unpacked)
    {
        packed = BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
        unpacked = BinaryPrimitives.ReadUInt32LittleEndian(header[22..]);
        var extra = header[(ZipRecord.LocalBytes + nameBytes)..];
        if (extra.IsEmpty)
        {
            return packed == uint.MaxValue || unpacked == uint.MaxValue ? "a size is all ones without a zip64 field" : null;
        }

        var values = ZipRecord.Zip64Values(extra, values: 2);
        if (values.IsEmpty)
        {
            return "an extra field that is not zip64 with two sizes";
        }

        var wideUnpacked = BinaryPrimitives.ReadInt64LittleEndian(values);
        var widePacked = BinaryPrimitives.ReadInt64LittleEndian(values[8..]);
        var isWide = packed == uint.MaxValue && unpacked == uint.MaxValue;

        // CPython before 3.11.4 wrote small sizes in both places where force_zip64 was asked for, as NumPy does.
        if (widePacked < 0 || wideUnpacked < 0 || (!isWide && (packed != widePacked || unpacked != wideUnpacked)))
        {
            return "its sizes and those of its zip64 field differ";
        }

        (packed, unpacked) = (widePacked, wideUnpacked);
        return null;
    }

    /// <summary>A path as artifacts have them: relative, without dot segments, backslashes, controls, in Form C.</summary>
    private static string? Name(ReadOnlySpan<byte> bytes, ushort flags, out string name)
    {
        name = "";
        if (!System.Text.Unicode.Utf8.IsValid(bytes) || (flags == 0 && !Ascii.IsValid(bytes)))
        {
            return "its name is not ASCII, or UTF-8 where its flag says so";
        }

        name = Encoding.UTF8.GetString(bytes);
        return !ArtifactPath.Parse(name).Succeeded(out _, out var refusal) ? $"its name: {refusal.Detail}"
            : name is [_, ':', '/', ..] ? "its name: a drive"
            : null;
    }
}
