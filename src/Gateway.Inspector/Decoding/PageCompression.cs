using System.Buffers;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Gateway.Core.Inspection.Verifiers.Parquet;
using K4os.Compression.LZ4;
using Snappier;

namespace Gateway.Inspector.Decoding;

/// <summary>
/// Decompresses a page in bounded memory and compares its size with what its header says. Parquet.Net takes what comes: it allocates what a codec asks for, and leaves the rest of a
/// page that ends early as it finds it.
/// </summary>
internal sealed class PageCompression
{
    private const int ScratchBytes = 64 << 10;

    private readonly byte[] scratch = new byte[ScratchBytes];

    /// <summary>Throws where the bytes do not decompress to exactly as many as expected.</summary>
    public void Check(ParquetCodec codec, ReadOnlyMemory<byte> body, long expected)
    {
        var bytes = codec switch
        {
            ParquetCodec.Uncompressed => body.Length,
            ParquetCodec.Snappy => SnappyBytes(body.Span, expected),
            ParquetCodec.Lz4Raw => Lz4Bytes(body.Span, (int)expected),
            ParquetCodec.Gzip => Count(new GZipStream(Over(body), CompressionMode.Decompress), expected),
            ParquetCodec.Brotli => Count(new BrotliStream(Over(body), CompressionMode.Decompress), expected),
            ParquetCodec.Zstd => Count(new ZstdSharp.DecompressionStream(Over(body), leaveOpen: false), expected),
            _ => throw new NotSupportedException($"codec {codec}"),
        };
        if (bytes > expected)
        {
            throw new DecodingExcessException("a page that decompresses to more than its header says");
        }

        if (bytes < expected)
        {
            throw new InvalidDataException("a page that decompresses to less than its header says");
        }
    }

    private static MemoryStream Over(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var array) ? new(array.Array!, array.Offset, array.Count, writable: false) : throw new InvalidOperationException("no array");

    /// <summary>Its first bytes say its size, which the decompressor keeps to.</summary>
    private static long SnappyBytes(ReadOnlySpan<byte> body, long expected) => body.IsEmpty && expected == 0 ? 0 : Snappy.GetUncompressedLength(body);

    /// <summary>A block that does not say its size: it fits where it is put, or it does not.</summary>
    private static long Lz4Bytes(ReadOnlySpan<byte> body, int expected)
    {
        var into = ArrayPool<byte>.Shared.Rent(expected);
        var bytes = LZ4Codec.Decode(body, into.AsSpan(0, expected));
        ArrayPool<byte>.Shared.Return(into);
        return bytes >= 0 ? bytes : throw new InvalidDataException("a page that is not LZ4, or decompresses to more than its header says");
    }

    /// <summary>Counts to one read beyond what is expected.</summary>
    private long Count(Stream decompressed, long expected)
    {
        using (decompressed)
        {
            var bytes = 0L;
            int read;
            while (bytes <= expected && (read = decompressed.Read(scratch)) > 0)
            {
                bytes += read;
            }

            return bytes;
        }
    }
}
