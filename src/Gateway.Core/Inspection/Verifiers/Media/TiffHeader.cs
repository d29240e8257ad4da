using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>The eight bytes that Exif begins with (TIFF 6.0, section 2).</summary>
internal static class TiffHeader
{
    private const int Bytes = 8;

    public static bool Begins(ReadOnlySpan<byte> exif) =>
        exif.Length > Bytes
        && ((exif.StartsWith("II*\0"u8) && Fits(BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]), exif.Length))
            || (exif.StartsWith("MM\0*"u8) && Fits(BinaryPrimitives.ReadUInt32BigEndian(exif[4..]), exif.Length)));

    private static bool Fits(uint directoryAt, int length) => directoryAt >= Bytes && directoryAt < length;
}
