using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>Values of the chunks of fixed form (PNG, 11.3).</summary>
internal static class PngAncillary
{
    public static bool IsGood(string type, ReadOnlySpan<byte> data, PngHeader header, int paletteEntries) => type switch
    {
        "sBIT" => IsSignificant(data, header),
        "bKGD" => header.IsPalette ? data.Length == 1 && data[0] < paletteEntries : IsColour(data, header),
        "tRNS" => header.IsPalette ? data.Length <= paletteEntries : !header.HasAlpha && IsColour(data, header),
        "hIST" => data.Length == 2 * paletteEntries,
        "sRGB" => data[0] <= 3,
        "pHYs" => data[8] <= 1,
        "cICP" => data[2] == 0 && data[3] <= 1,
        "tIME" => data[2] is >= 1 and <= 12 && data[3] is >= 1 and <= 31 && data[4] <= 23 && data[5] <= 59 && data[6] <= 60,
        "eXIf" => TiffHeader.Begins(data),
        _ => true,
    };

    private static bool IsSignificant(ReadOnlySpan<byte> data, PngHeader header)
    {
        var depth = header.IsPalette ? 8 : header.Depth;
        foreach (var bits in data)
        {
            if (bits == 0 || bits > depth)
            {
                return false;
            }
        }

        return data.Length == (header.IsPalette ? 3 : header.Samples);
    }

    /// <summary>A sample in two bytes for each colour, within the depth.</summary>
    private static bool IsColour(ReadOnlySpan<byte> data, PngHeader header)
    {
        var samples = header.Colour is 2 or 6 ? 3 : 1;
        for (var i = 0; i + 1 < data.Length; i += 2)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(data[i..]) >> header.Depth != 0)
            {
                return false;
            }
        }

        return data.Length == 2 * samples;
    }
}
