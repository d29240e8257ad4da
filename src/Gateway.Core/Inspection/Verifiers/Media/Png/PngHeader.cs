using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>IHDR (PNG, third edition, 11.2.1).</summary>
internal readonly record struct PngHeader(uint Width, uint Height, byte Depth, byte Colour, bool Interlaced)
{
    public const int Bytes = 13;

    /// <summary>Samples a pixel; 0 for a colour type that does not exist.</summary>
    public int Samples => Colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };

    public bool IsPalette => Colour == 3;

    public bool HasAlpha => Colour is 4 or 6;

    public string ColourName => Colour switch
    {
        0 => "gray",
        2 => "RGB",
        3 => "palette",
        4 => "gray with alpha",
        _ => "RGB with alpha",
    };

    /// <summary>Reads one; null where it has a value that the standard does not.</summary>
    public static PngHeader? Read(ReadOnlySpan<byte> data)
    {
        var header = new PngHeader(
            BinaryPrimitives.ReadUInt32BigEndian(data), BinaryPrimitives.ReadUInt32BigEndian(data[4..]), data[8], data[9], data[12] == 1);
        var isDepth = header.Colour switch
        {
            0 => header.Depth is 1 or 2 or 4 or 8 or 16,
            3 => header.Depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => header.Depth is 8 or 16,
            _ => false,
        };
        return isDepth && header.Width is > 0 and <= int.MaxValue && header.Height is > 0 and <= int.MaxValue && data[10] == 0 && data[11] == 0 && data[12] <= 1
            ? header
            : null;
    }
}
