namespace Gateway.Core.Inspection.Floats;

/// <summary>How a floating-point number shows that it is infinite or not a number: bits that are all set, or that have one value.</summary>
/// <param name="Bytes">Of a number; of each part, where it is complex.</param>
/// <param name="Mask">The bits that tell.</param>
/// <param name="Value">What they are in a number that is not finite.</param>
internal readonly record struct FloatLayout(int Bytes, ulong Mask, ulong Value)
{
    /// <summary>IEEE 754 binary16.</summary>
    public static FloatLayout F16 { get; } = new(2, 0x7C00, 0x7C00);

    /// <summary>The upper half of binary32.</summary>
    public static FloatLayout BF16 { get; } = new(2, 0x7F80, 0x7F80);

    /// <summary>IEEE 754 binary32.</summary>
    public static FloatLayout F32 { get; } = new(4, 0x7F80_0000, 0x7F80_0000);

    /// <summary>IEEE 754 binary64.</summary>
    public static FloatLayout F64 { get; } = new(8, 0x7FF0_0000_0000_0000, 0x7FF0_0000_0000_0000);

    /// <summary>OCP 8-bit floating point, E5M2: as IEEE 754 would have it.</summary>
    public static FloatLayout F8E5M2 { get; } = new(1, 0x7C, 0x7C);

    /// <summary>OCP 8-bit floating point, E4M3: two patterns are not a number, none is infinite.</summary>
    public static FloatLayout F8E4M3 { get; } = new(1, 0x7F, 0x7F);

    /// <summary>OCP Microscaling, E8M0: all ones.</summary>
    public static FloatLayout F8E8M0 { get; } = new(1, 0xFF, 0xFF);

    /// <summary>E4M3FNUZ and E5M2FNUZ (arXiv 2206.02915): what would be negative zero.</summary>
    public static FloatLayout F8Fnuz { get; } = new(1, 0xFF, 0x80);
}
