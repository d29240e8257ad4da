using Gateway.Core.Inspection.Verifiers.Zip;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>A zlib stream that a chunk holds whole (RFC 1950).</summary>
internal static class ZlibText
{
    /// <summary>Bytes before and behind the deflate stream.</summary>
    private const int FrameBytes = 6;

    /// <summary>What it inflates to; null where it is damaged, goes on behind its end, or holds more than the limit.</summary>
    public static byte[]? Inflate(ReadOnlySpan<byte> compressed, int limit)
    {
        var walk = new DeflateWalk();
        if (compressed.Length <= FrameBytes || (compressed[0] & 0x8F) != 0x08 || (compressed[1] & 0x20) != 0
            || walk.Append(compressed[2..^4]) is not null || !walk.HasEnded || walk.Inflated > limit)
        {
            return null;
        }

        try
        {
            var inflater = new Inflater();
            inflater.SetInput(compressed.ToArray());
            var text = new MemoryStream();
            var block = new byte[InspectionLimits.BlockBytes];
            int inflated;
            do
            {
                inflated = inflater.Inflate(block);
                text.Write(block, 0, inflated);
            }
            while (inflated > 0);

            return inflater.IsFinished && inflater.RemainingInput == 0 ? text.ToArray() : null;
        }
        catch (SharpZipBaseException)
        {
            return null;
        }
    }
}
