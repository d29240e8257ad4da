using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Element types of safetensors and their sizes in bits (huggingface/safetensors, <c>Dtype</c> in safetensors/src/tensor.rs).</summary>
internal static class SafetensorsType
{
    private static readonly Dictionary<string, int> BitsByName = new(StringComparer.Ordinal)
    {
        ["F4"] = 4,
        ["F6_E2M3"] = 6,
        ["F6_E3M2"] = 6,
        ["BOOL"] = 8,
        ["U8"] = 8,
        ["I8"] = 8,
        ["F8_E5M2"] = 8,
        ["F8_E4M3"] = 8,
        ["F8_E8M0"] = 8,
        ["F8_E4M3FNUZ"] = 8,
        ["F8_E5M2FNUZ"] = 8,
        ["I16"] = 16,
        ["U16"] = 16,
        ["F16"] = 16,
        ["BF16"] = 16,
        ["I32"] = 32,
        ["U32"] = 32,
        ["F32"] = 32,
        ["I64"] = 64,
        ["U64"] = 64,
        ["F64"] = 64,
        ["C64"] = 64,
    };

    /// <summary>Types of floating-point numbers that have values which are not finite; those of four and six bits have none.</summary>
    private static readonly Dictionary<string, FloatLayout> FloatsByName = new(StringComparer.Ordinal)
    {
        ["F8_E5M2"] = FloatLayout.F8E5M2,
        ["F8_E4M3"] = FloatLayout.F8E4M3,
        ["F8_E8M0"] = FloatLayout.F8E8M0,
        ["F8_E4M3FNUZ"] = FloatLayout.F8Fnuz,
        ["F8_E5M2FNUZ"] = FloatLayout.F8Fnuz,
        ["F16"] = FloatLayout.F16,
        ["BF16"] = FloatLayout.BF16,
        ["F32"] = FloatLayout.F32,
        ["F64"] = FloatLayout.F64,
        ["C64"] = FloatLayout.F32,
    };

    /// <summary>Types that few readers know.</summary>
    private static readonly HashSet<string> Unusual =
        new(["F4", "F6_E2M3", "F6_E3M2", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "C64"], StringComparer.Ordinal);

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup = BitsByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How numbers of a type show that they are not finite; null where all are.</summary>
    public static FloatLayout? Floats(string name) => FloatsByName.TryGetValue(name, out var layout) ? layout : null;

    /// <summary>True for a type that few readers know.</summary>
    public static bool IsUnusual(string name) => Unusual.Contains(name);

    /// <summary>Bits of an element and the type's name; false for a name that is none.</summary>
    public static bool TryFind(ReadOnlySpan<byte> utf8, out string name, out int bits)
    {
        Span<char> text = stackalloc char[16];
        name = "";
        bits = 0;
        return utf8.Length <= text.Length
            && System.Text.Ascii.ToUtf16(utf8, text, out var length) == System.Buffers.OperationStatus.Done
            && Lookup.TryGetValue(text[..length], out name!, out bits);
    }
}
