using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.Zip.Compression;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>Inflates one deflated member after another, in bounded memory: what comes in is followed first, then inflated piece by piece.</summary>
internal sealed class ZipInflater
{
    private readonly DeflateWalk walk = new();
    private readonly Inflater inflater = new(noHeader: true);
    private readonly byte[] packed = new byte[InspectionLimits.BlockBytes];
    private readonly byte[] unpacked = new byte[InspectionLimits.BlockBytes];
    private long expected;

    /// <summary>The next member, which inflates to so many bytes.</summary>
    public void Begin(long bytes)
    {
        expected = bytes;
        walk.Reset();
        inflater.Reset();
    }

    /// <summary>Its next packed bytes, at most a block: what is wrong with them, or null.</summary>
    public string? Append(ReadOnlySpan<byte> input)
    {
        var fault = walk.Append(input);
        if (fault is not null || walk.Inflated > expected)
        {
            return fault ?? "it inflates to more bytes than it states";
        }

        input.CopyTo(packed);
        inflater.SetInput(packed, 0, input.Length);
        return null;
    }

    /// <summary>Unpacked bytes of what was appended, empty once there are none; what is wrong with it, or null.</summary>
    public string? Next(out ReadOnlySpan<byte> output)
    {
        output = default;
        try
        {
            var count = inflater.Inflate(unpacked, 0, unpacked.Length);
            output = unpacked.AsSpan(0, count);
            return inflater.TotalOut > walk.Inflated ? "a deflate stream that two decoders read differently" : null;
        }
        catch (SharpZipBaseException)
        {
            return "a deflate stream that two decoders read differently";
        }
    }

    /// <summary>The member ended: what is wrong with it, or null.</summary>
    public string? End() =>
        !walk.HasEnded ? "its deflate stream goes on behind its end"
        : walk.Inflated < expected ? "it inflates to fewer bytes than it states"
        : !inflater.IsFinished || inflater.TotalOut != expected || inflater.RemainingInput > 0 ? "a deflate stream that two decoders read differently"
        : null;
}
