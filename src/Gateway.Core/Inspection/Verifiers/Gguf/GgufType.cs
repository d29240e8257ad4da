using System.Collections.Frozen;
using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>
/// Element types of tensors. Numbers are <c>enum ggml_type</c> (ggml/include/ggml.h, GGML_TYPE_COUNT 43), sizes those of the blocks in
/// ggml/src/ggml-common.h, which <c>GGML_QUANT_SIZES</c> of gguf-py repeats. 4, 5, 31 to 33 and 36 to 38 are removed types, which ggml refuses.
/// </summary>
/// <param name="Name">As ggml calls it.</param>
/// <param name="BlockElements">Elements that are stored together; a row is a whole number of blocks.</param>
/// <param name="BlockBytes">Bytes of a block.</param>
internal readonly record struct GgufType(string Name, int BlockElements, int BlockBytes)
{
    /// <summary>How its numbers show that they are not finite; null for whole numbers, and for blocks, whose scales are not looked at.</summary>
    public FloatLayout? Floats => Name switch
    {
        "F16" => FloatLayout.F16,
        "BF16" => FloatLayout.BF16,
        "F32" => FloatLayout.F32,
        "F64" => FloatLayout.F64,
        _ => null,
    };

    /// <summary>Q8_1 has 36 bytes to ggml and 40 to gguf-py and @huggingface/gguf. It is an intermediate of computation, not for files.</summary>
    public const uint ReadDifferently = 9;

    private static readonly FrozenDictionary<uint, GgufType> ByNumber = new Dictionary<uint, GgufType>
    {
        [0] = new("F32", 1, 4),
        [1] = new("F16", 1, 2),
        [2] = new("Q4_0", 32, 18),
        [3] = new("Q4_1", 32, 20),
        [6] = new("Q5_0", 32, 22),
        [7] = new("Q5_1", 32, 24),
        [8] = new("Q8_0", 32, 34),
        [10] = new("Q2_K", 256, 84),
        [11] = new("Q3_K", 256, 110),
        [12] = new("Q4_K", 256, 144),
        [13] = new("Q5_K", 256, 176),
        [14] = new("Q6_K", 256, 210),
        [15] = new("Q8_K", 256, 292),
        [16] = new("IQ2_XXS", 256, 66),
        [17] = new("IQ2_XS", 256, 74),
        [18] = new("IQ3_XXS", 256, 98),
        [19] = new("IQ1_S", 256, 50),
        [20] = new("IQ4_NL", 32, 18),
        [21] = new("IQ3_S", 256, 110),
        [22] = new("IQ2_S", 256, 82),
        [23] = new("IQ4_XS", 256, 136),
        [24] = new("I8", 1, 1),
        [25] = new("I16", 1, 2),
        [26] = new("I32", 1, 4),
        [27] = new("I64", 1, 8),
        [28] = new("F64", 1, 8),
        [29] = new("IQ1_M", 256, 56),
        [30] = new("BF16", 1, 2),
        [34] = new("TQ1_0", 256, 54),
        [35] = new("TQ2_0", 256, 66),
        [39] = new("MXFP4", 32, 17),
        [40] = new("NVFP4", 64, 36),
        [41] = new("Q1_0", 128, 18),
        [42] = new("Q2_0", 64, 18),
    }.ToFrozenDictionary();

    /// <summary>The type of a number; false for one that ggml does not have or readers do not agree on.</summary>
    public static bool TryFind(uint number, out GgufType type) => ByNumber.TryGetValue(number, out type);
}
