using Gateway.Core.Inspection.Verifiers.Zip;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>
/// Inflates the zlib stream that all IDAT chunks hold together, and counts its pixels (PNG, 10.1; RFC 1950). Deflate is walked strictly
/// before it is inflated; the last four bytes are held back, for they are no deflate but the Adler-32.
/// </summary>
internal sealed class PngPixels(PngHeader header)
{
    private const int HeaderBytes = 2;
    private const int TrailerBytes = 4;

    private readonly DeflateWalk walk = new();
    private readonly Inflater inflater = new();
    private readonly PngScanlines lines = new(header);
    private readonly byte[] input = new byte[InspectionLimits.BlockBytes + TrailerBytes];
    private readonly byte[] output = new byte[InspectionLimits.BlockBytes];
    private int held;
    private long given;

    /// <summary>Takes compressed bytes, a block of the file at most; what is wrong with them, or null.</summary>
    public string? Append(ReadOnlySpan<byte> compressed)
    {
        compressed.CopyTo(input.AsSpan(held));
        held += compressed.Length;
        var ready = held - TrailerBytes;
        if (ready <= 0)
        {
            return null;
        }

        // The header's first byte names deflate and a window of 32 KiB at most.
        if (given == 0 && (input[0] & 0x8F) != 0x08)
        {
            return "pixels that are not a zlib stream";
        }

        var skipped = (int)Math.Clamp(HeaderBytes - given, 0, ready);
        given += ready;
        if (walk.Append(input.AsSpan(skipped, ready - skipped)) is { } fault)
        {
            return $"pixels that do not inflate: {fault}";
        }

        var wrong = Inflate(ready);
        input.AsSpan(ready, TrailerBytes).CopyTo(input);
        held = TrailerBytes;
        return wrong;
    }

    /// <summary>The last IDAT chunk ended: what is missing, or null.</summary>
    public string? Complete() =>
        !walk.HasEnded ? "pixels whose zlib stream does not end"
        : Inflate(TrailerBytes) is { } wrong ? wrong
        : !inflater.IsFinished ? "pixels whose zlib stream does not end"
        : !lines.IsComplete ? "fewer pixels than its header asks for"
        : null;

    private string? Inflate(int bytes)
    {
        try
        {
            inflater.SetInput(input, 0, bytes);
            int inflated;
            do
            {
                inflated = inflater.Inflate(output);
                if (lines.Append(output.AsSpan(0, inflated)) is { } wrong)
                {
                    return wrong;
                }
            }
            while (inflated > 0);

            return inflater.IsNeedingDictionary ? "pixels that need a dictionary" : null;
        }
        catch (SharpZipBaseException)
        {
            return "pixels that do not inflate, or whose Adler-32 is wrong";
        }
    }
}
