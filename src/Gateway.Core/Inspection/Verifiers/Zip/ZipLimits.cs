namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>The limits of zip archives; constants for the reason that <see cref="InspectionLimits"/> gives.</summary>
internal static class ZipLimits
{
    /// <summary>
    /// Most members, because what each local header said is kept until the central directory has repeated it. Below the 65,535 from which
    /// counts need zip64; real npz files have under a thousand.
    /// </summary>
    public const int Members = 16_384;

    /// <summary>Longest name of a member, in bytes, as of a segment of a path: with <see cref="Members"/> of them names take 4 MiB.</summary>
    public const int NameBytes = 255;

    /// <summary>Most bytes that the deflated members of one archive may inflate to: one to eight minutes of one core, by content.</summary>
    public const long InflatedBytes = 16L * 1024 * 1024 * 1024;

    /// <summary>
    /// Most inflated bytes for each deflated one, beyond <see cref="UnratedBytes"/>. Deflate can reach 1,032; text and label arrays stay under 100.
    /// </summary>
    public const int Ratio = 200;

    /// <summary>Inflated bytes of an archive that may have any ratio, two seconds of work at most: arrays of zeros are honest and shrink to nothing.</summary>
    public const long UnratedBytes = 64L * 1024 * 1024;

    /// <summary>
    /// Fewest bytes that a deflate block gives on average, because each builds its codes anew. zlib makes blocks of 16,384 symbols.
    /// </summary>
    public const int DeflateBlockBytes = 1024;

    /// <summary>Deflate blocks that may give less: the last one, and those of a stream that was flushed.</summary>
    public const int SmallDeflateBlocks = 64;
}
