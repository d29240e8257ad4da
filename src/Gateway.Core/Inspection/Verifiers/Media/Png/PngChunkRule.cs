namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>Where a chunk may stand, relative to PLTE and IDAT (PNG, 5.6).</summary>
internal enum PngPlace
{
    BeforePalette,
    BeforePixels,
    BehindPalette,
    Anywhere,
}

/// <summary>What the standard says of a chunk that may be left out. Those without a row are refused.</summary>
/// <param name="Type">Its name.</param>
/// <param name="Place">Where it may stand.</param>
/// <param name="Least">Fewest bytes.</param>
/// <param name="Most">Most bytes.</param>
/// <param name="IsOne">False where there may be many.</param>
internal sealed record PngChunkRule(string Type, PngPlace Place, int Least, int Most, bool IsOne = true)
{
    /// <summary>sPLT, sTER, oFFs and private chunks are left out: nothing that trains on pixels reads them.</summary>
    public static IReadOnlyDictionary<string, PngChunkRule> All { get; } = new PngChunkRule[]
    {
        new("cHRM", PngPlace.BeforePalette, 32, 32),
        new("cICP", PngPlace.BeforePalette, 4, 4),
        new("gAMA", PngPlace.BeforePalette, 4, 4),
        new("iCCP", PngPlace.BeforePalette, 12, MediaLimits.MetadataBytes),
        new("mDCV", PngPlace.BeforePalette, 24, 24),
        new("cLLI", PngPlace.BeforePalette, 8, 8),
        new("sBIT", PngPlace.BeforePalette, 1, 4),
        new("sRGB", PngPlace.BeforePalette, 1, 1),
        new("bKGD", PngPlace.BehindPalette, 1, 6),
        new("hIST", PngPlace.BehindPalette, 2, 512),
        new("tRNS", PngPlace.BehindPalette, 1, 256),
        new("eXIf", PngPlace.Anywhere, 9, MediaLimits.MetadataBytes),
        new("pHYs", PngPlace.BeforePixels, 9, 9),
        new("tIME", PngPlace.Anywhere, 7, 7),
        new("tEXt", PngPlace.Anywhere, 2, MediaLimits.MetadataBytes, IsOne: false),
        new("zTXt", PngPlace.Anywhere, 3, MediaLimits.MetadataBytes, IsOne: false),
        new("iTXt", PngPlace.Anywhere, 6, MediaLimits.MetadataBytes, IsOne: false),
    }.ToDictionary(r => r.Type, StringComparer.Ordinal);
}
