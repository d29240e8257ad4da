using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>STREAMINFO (RFC 9639, 8.2). Frame sizes and the number of samples are 0 where they are not known.</summary>
internal readonly record struct FlacStreamInfo(
    int LeastBlock, int MostBlock, int LeastFrame, int MostFrame, int Rate, int Channels, int Bits, long Samples)
{
    public const int Bytes = 34;

    /// <summary>Reads one; null where it has a value that the standard does not.</summary>
    public static FlacStreamInfo? Read(ReadOnlySpan<byte> data)
    {
        var packed = BinaryPrimitives.ReadUInt64BigEndian(data[10..]);
        var info = new FlacStreamInfo(
            BinaryPrimitives.ReadUInt16BigEndian(data),
            BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
            Number(data[4..]),
            Number(data[7..]),
            (int)(packed >> 44),
            (int)((packed >> 41) & 7) + 1,
            (int)((packed >> 36) & 31) + 1,
            (long)(packed & 0xF_FFFF_FFFF));
        return info.LeastBlock >= 16 && info.MostBlock >= info.LeastBlock && info.Rate > 0 && info.Bits >= 4
            && (info.LeastFrame == 0 || info.MostFrame == 0 || info.LeastFrame <= info.MostFrame)
            ? info
            : null;
    }

    private static int Number(ReadOnlySpan<byte> data) => (data[0] << 16) | (data[1] << 8) | data[2];
}
