using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>The beginning of a VP8 key frame (RFC 6386, 9.1) or of a VP8L image (RFC 9649, 3.4).</summary>
internal readonly record struct WebPBitstream(int Width, int Height, bool HasAlpha)
{
    public const int LossyBytes = 10;
    public const int LosslessBytes = 5;

    /// <summary>Reads a VP8 header; null where it is none of a key frame that is shown, unscaled, and as long as it says.</summary>
    public static WebPBitstream? Lossy(ReadOnlySpan<byte> header, long chunkBytes)
    {
        var tag = header[0] | (header[1] << 8) | (header[2] << 16);
        var partition = tag >> 5;
        var width = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        var height = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);

        // The lowest bit is 0 in a key frame; then three bits of version, up to 3, and one that shows the frame.
        var isFrame = (tag & 1) == 0 && ((tag >> 1) & 7) <= 3 && ((tag >> 4) & 1) == 1 && header[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A]);
        return isFrame && partition > 0 && partition <= chunkBytes - LossyBytes && width is > 0 and <= 0x3FFF && height is > 0 and <= 0x3FFF
            ? new WebPBitstream(width, height, false)
            : null;
    }

    /// <summary>Reads a VP8L header; null where its signature or version is another.</summary>
    public static WebPBitstream? Lossless(ReadOnlySpan<byte> header)
    {
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(header[1..]);
        return header[0] == 0x2F && bits >> 29 == 0
            ? new WebPBitstream((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1, ((bits >> 28) & 1) == 1)
            : null;
    }
}
