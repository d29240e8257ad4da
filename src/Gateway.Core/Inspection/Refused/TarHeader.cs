namespace Gateway.Core.Inspection.Refused;

/// <summary>A tar header at the beginning of a file, of any dialect (POSIX.1-1988 ustar, pax, GNU, and V7, which has no magic).</summary>
internal static class TarHeader
{
    public const int Bytes = 512;
    private const int ChecksumAt = 148;
    private const int ChecksumBytes = 8;
    private const int MagicAt = 257;

    /// <summary>True for a header whose own checksum is right, or that names itself: text has neither by chance.</summary>
    public static bool Begins(ReadOnlySpan<byte> head)
    {
        if (head.Length < Bytes || head[0] == 0)
        {
            return false;
        }

        return head[MagicAt..].StartsWith("ustar\0"u8) || head[MagicAt..].StartsWith("ustar  \0"u8) || ChecksumIsRight(head[..Bytes]);
    }

    /// <summary>The sum of all bytes, those of the checksum itself taken as spaces.</summary>
    public static int Checksum(ReadOnlySpan<byte> header)
    {
        var sum = ChecksumBytes * ' ';
        for (var i = 0; i < header.Length; i++)
        {
            sum += i is >= ChecksumAt and < ChecksumAt + ChecksumBytes ? 0 : header[i];
        }

        return sum;
    }

    /// <summary>It stands there in octal.</summary>
    private static bool ChecksumIsRight(ReadOnlySpan<byte> header)
    {
        var digits = header.Slice(ChecksumAt, ChecksumBytes).Trim(" \0"u8);
        var stated = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                return false;
            }

            stated = (stated * 8) + (digit - '0');
        }

        return !digits.IsEmpty && stated == Checksum(header);
    }
}
