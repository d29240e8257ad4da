using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Gateway.Core.Wire;

/// <summary>
/// Zstandard for one plane at a time, with its contexts and the memory of the planes. One for each thread that packs or unpacks, for as long as it lives: the contexts take
/// half a MiB and are dear to make.
/// </summary>
internal sealed class PlaneCoder : IDisposable
{
    // So far below zero matches are hardly looked for: in exponents there are none, and those found by chance cost more than they save. What is left is the Huffman code,
    // smaller and three times as fast as level 1.
    private const int Level = -10_000;

    [ThreadStatic]
    private static PlaneCoder? ofThisThread;

    private readonly Compressor compressor = new(Level);
    private readonly Decompressor decompressor = new();
    private byte[] planes = [];

    private PlaneCoder()
    {
        // Negative levels leave literals as they are unless told otherwise.
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_experimentalParam5, (int)ZSTD_paramSwitch_e.ZSTD_ps_enable);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_contentSizeFlag, 0);
    }

    /// <summary>The coder of the calling thread.</summary>
    public static PlaneCoder OfThisThread => ofThisThread ??= new();

    /// <summary>Memory for planes, with anything in it, until the next call.</summary>
    public Span<byte> Planes(int length)
    {
        if (planes.Length < length)
        {
            planes = GC.AllocateUninitializedArray<byte>(length);
        }

        return planes.AsSpan(0, length);
    }

    /// <summary>False where the plane does not fit coded, or does not become smaller.</summary>
    public bool TryCompress(ReadOnlySpan<byte> plane, Span<byte> into, out int written) =>
        compressor.TryWrap(plane, into[..Math.Min(into.Length, plane.Length)], out written);

    /// <summary>False unless the frame is well-formed and gives exactly as many bytes as there is room for.</summary>
    public bool TryDecompress(ReadOnlySpan<byte> frame, Span<byte> plane)
    {
        try
        {
            return decompressor.TryUnwrap(frame, plane, out var written) && written == plane.Length;
        }
        catch (ZstdException)
        {
            // The library has no other way to say that a frame is malformed.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        compressor.Dispose();
        decompressor.Dispose();
    }
}
