using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Gateway.Benchmarks;

/// <summary>A picture and a sound of noise.</summary>
internal static class MediaSamples
{
    /// <summary>Eight bits of red, green and blue (W3C, PNG 3rd edition).</summary>
    public static byte[] Png(Random random, int side = 2048)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = new byte[1 + (3 * side)];
            for (var y = 0; y < side; y++)
            {
                // Noise of six bits: what is packed is smaller than what it is unpacked to, as pictures are.
                random.NextBytes(line.AsSpan(1));
                for (var x = 1; x < line.Length; x++)
                {
                    line[x] &= 0x3F;
                }

                zlib.Write(line);
            }
        }

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], side);
        header[8] = 8;
        header[9] = 2;
        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>Two channels of 16 bits at 48 kHz.</summary>
    public static byte[] Wav(int bytes, Random random)
    {
        var samples = new byte[bytes];
        random.NextBytes(samples);
        byte[] format = [1, 0, 2, 0, .. BitConverter.GetBytes(48_000), .. BitConverter.GetBytes(48_000 * 4), 4, 0, 16, 0];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(36 + bytes), .. "WAVEfmt "u8, .. BitConverter.GetBytes(16), .. format, .. "data"u8, .. BitConverter.GetBytes(bytes), .. samples];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] checkedBytes = [.. type, .. data];
        byte[] chunk = [0, 0, 0, 0, .. checkedBytes, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(checkedBytes));
        return chunk;
    }
}
