using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Gateway.Benchmarks;

/// <summary>The artifact that crosses.</summary>
internal static class Sample
{
    private const int Seed = 20260;

    /// <summary>One BF16 tensor of noise in a safetensors file of about that size.</summary>
    public static void WriteSafetensors(string path, long bytes)
    {
        var header = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"weight\":{{\"dtype\":\"BF16\",\"shape\":[{bytes / 2}],\"data_offsets\":[0,{bytes}]}}}}"));
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        file.Write(header);
        var random = new Random(Seed);
        var chunk = new byte[1 << 20];
        for (long written = 0; written < bytes; written += chunk.Length)
        {
            random.NextBytes(chunk);
            file.Write(chunk, 0, (int)Math.Min(chunk.Length, bytes - written));
        }
    }
}
