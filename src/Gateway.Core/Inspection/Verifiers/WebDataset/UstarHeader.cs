using System.Text.Unicode;
using Gateway.Core.Inspection.Refused;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>
/// The header of one tar entry as POSIX.1-1988 lays it out (IEEE 1003.1, pax, "ustar Interchange Format"), every byte of it read: text ends at its first NUL and
/// only NULs follow, numbers are octal and ended, or all NUL where a writer left them out (System.Formats.Tar does, for zero).
/// </summary>
/// <param name="Type">The type flag: <c>0</c>, <c>5</c> or <c>x</c>.</param>
/// <param name="Name">Prefix and name, joined.</param>
/// <param name="Size">Bytes that follow, without padding.</param>
internal sealed record UstarHeader(char Type, byte[] Name, long Size)
{
    public const int Bytes = 512;
    public const char File = '0';
    public const char Directory = '5';
    public const char Pax = 'x';

    private static readonly Range ChecksumField = 148..156;
    private static readonly Range LinkName = 157..257;
    private static readonly Range MagicAndVersion = 257..265;
    private static readonly Range Unused = 500..512;

    /// <summary>Mode, user, group, time of modification; the device of what is none.</summary>
    private static readonly Range[] Numbers = [100..108, 108..116, 116..124, 136..148];
    private static readonly Range[] Device = [329..337, 337..345];
    private static readonly Range[] Owners = [265..297, 297..329];

    /// <summary>Reads the header at an offset of the file, or says why it is none of those that may cross.</summary>
    public static Finding? Read(ReadOnlySpan<byte> block, long offset, out UstarHeader? header)
    {
        header = null;
        if (!TarHeader.Begins(block))
        {
            return offset == 0
                ? Findings.Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as tar does")
                : Findings.Refuse(RefusalCode.FormatMalformed, offset, "no tar header where one belongs");
        }

        var type = block[156] == 0 ? File : (char)block[156];
        if ((Dialect(block, offset) ?? RefuseType(type, offset) ?? Rest(block, offset)) is { } refusal)
        {
            return refusal;
        }

        _ = TryText(block[345..500], out var prefix);
        _ = TryText(block[..100], out var name);
        _ = TryOctal(block[124..136], out var size);
        header = new UstarHeader(type, prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name], size);
        return null;
    }

    /// <summary>Only POSIX: other dialects give the fields from the prefix on other meanings.</summary>
    private static Finding? Dialect(ReadOnlySpan<byte> block, long offset)
    {
        var magic = block[MagicAndVersion];
        if (magic.SequenceEqual("ustar  \0"u8))
        {
            return Findings.Refuse(RefusalCode.FormatUnknown, offset + 257, "GNU's dialect of tar; write POSIX tar (tar --format=ustar, or --format=pax)");
        }

        if (!magic.SequenceEqual("ustar\000"u8))
        {
            return Findings.Refuse(RefusalCode.FormatUnknown, offset + 257, "a tar header without the mark of POSIX tar");
        }

        // Readers of old dialects take bytes for signed; the sums agree where no byte has its highest bit.
        return TryOctal(block[ChecksumField], out var stated) && stated == TarHeader.Checksum(block[..Bytes])
            ? null
            : Malformed(offset, ChecksumField, "a tar header whose checksum is wrong");
    }

    private static Finding? RefuseType(char type, long offset)
    {
        return type switch
        {
            File or Directory or Pax => null,
            '1' => Special("a hard link"),
            '2' => Special("a symbolic link"),
            '3' or '4' => Special("a device"),
            '6' => Special("a FIFO"),
            'g' => Unknown("a pax header for all members that follow"),
            'L' or 'K' => Unknown("a long name of GNU's dialect"),
            'S' => Unknown("a sparse member"),
            _ => Unknown($"a tar entry of type 0x{(int)type:x2}"),
        };

        Finding Special(string what) => Findings.Refuse(RefusalCode.NotRegularFile, offset + 156, $"{what} in a tar");
        Finding Unknown(string what) => Findings.Refuse(RefusalCode.FormatUnknown, offset + 156, $"{what}; write POSIX tar of regular files");
    }

    /// <summary>All that neither names nor places the content.</summary>
    private static Finding? Rest(ReadOnlySpan<byte> block, long offset)
    {
        if (block[124] >= 0x80)
        {
            return Malformed(offset, 124..136, "a size in base 256, which only GNU's dialect has");
        }

        foreach (var field in (ReadOnlySpan<Range>)[.. Numbers, 124..136])
        {
            if (!TryOctal(block[field], out _))
            {
                return Malformed(offset, field, "a number that is not octal and ended");
            }
        }

        foreach (var field in Device)
        {
            if (!TryOctal(block[field], out var number) || number != 0)
            {
                return Malformed(offset, field, "a device number of what is no device");
            }
        }

        foreach (var field in (ReadOnlySpan<Range>)[0..100, 345..500])
        {
            if (!TryText(block[field], out _))
            {
                return Malformed(offset, field, "bytes behind the end of a name");
            }
        }

        foreach (var field in Owners)
        {
            if (!TryText(block[field], out var owner) || !IsPlain(owner))
            {
                return Malformed(offset, field, "a name of an owner that is no text, or bytes behind it");
            }
        }

        foreach (var field in (ReadOnlySpan<Range>)[LinkName, Unused])
        {
            if (block[field].ContainsAnyExcept((byte)0))
            {
                return Malformed(offset, field, "bytes in a field that is not used");
            }
        }

        return null;
    }

    /// <summary>UTF-8 without control characters.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text) => Utf8.IsValid(text) && !text.ContainsAnyInRange<byte>(0, 0x1F) && !text.Contains((byte)0x7F);

    private static bool TryText(ReadOnlySpan<byte> field, out ReadOnlySpan<byte> text)
    {
        var end = field.IndexOf((byte)0);
        text = end < 0 ? field : field[..end];
        return !field[text.Length..].ContainsAnyExcept((byte)0);
    }

    private static bool TryOctal(ReadOnlySpan<byte> field, out long number)
    {
        number = 0;
        var digits = field.IndexOfAnyExceptInRange((byte)'0', (byte)'7');
        foreach (var digit in digits > 0 ? field[..digits] : [])
        {
            number = (number * 8) + (digit - '0');
        }

        // A field without an end is read on into the next one by some.
        return digits > 0 ? !field[digits..].ContainsAnyExcept((byte)0, (byte)' ') : digits == 0 && !field.ContainsAnyExcept((byte)0);
    }

    private static Finding Malformed(long offset, Range field, string message) =>
        Findings.Refuse(RefusalCode.FormatMalformed, offset + field.Start.Value, message);
}
