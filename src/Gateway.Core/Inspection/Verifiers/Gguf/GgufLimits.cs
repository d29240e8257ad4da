namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>The limits of the GGUF verifier. A change of any of them is a new version of the verifier.</summary>
internal static class GgufLimits
{
    /// <summary>Most key-value pairs. Real models have under 200, and ggml compares each key with every other.</summary>
    public const int Keys = 4096;

    /// <summary>Longest key, in bytes: what the format allows (docs/gguf.md, 2^16-1).</summary>
    public const int KeyBytes = 65_535;

    /// <summary>Most tensors of one file. Real models stack their experts and have under 5,000; ggml compares each name with every other.</summary>
    public const int Tensors = 32_768;

    /// <summary>Longest tensor name, in bytes: what the format allows.</summary>
    public const int TensorNameBytes = 64;

    /// <summary>Most dimensions of a tensor: GGML_MAX_DIMS.</summary>
    public const int Dimensions = 4;

    /// <summary>Longest string that is a value, in bytes. The longest real ones, a tokenizer.json as a whole, have 33 MB.</summary>
    public const int StringBytes = 64 * 1024 * 1024;

    /// <summary>Longest string in an array, in bytes. Tokens, merges and labels are words.</summary>
    public const int ElementBytes = 65_535;

    /// <summary>Longest array, in bytes of its numbers or of its strings' lengths. The longest real ones, scores of a vocabulary, have 2 MB.</summary>
    public const int ArrayBytes = 64 * 1024 * 1024;

    /// <summary>Longest metadata, in bytes to where its last piece begins: readers hold it in memory, as objects of many times the size.</summary>
    public const int MetadataBytes = 128 * 1024 * 1024;

    /// <summary>Largest alignment, in bytes: the largest page that systems map files by. Writers use 32.</summary>
    public const int Alignment = 65_536;

    /// <summary>Longest architecture, in bytes. Real ones stay under 30.</summary>
    public const int ArchitectureBytes = 64;

    /// <summary>Most chat templates, because an approver looks at each. Real models have up to three.</summary>
    public const int ChatTemplates = 16;

    /// <summary>Bytes of a chat template that are kept to show its beginning; a finding's evidence is shorter.</summary>
    public const int KeptBytes = 128;
}
