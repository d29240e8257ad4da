using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Floats;
using Gateway.Core.Inspection.Scanning;
using Gateway.Core.Manifests;

namespace Gateway.Benchmarks;

/// <summary>
/// What inspection does on one core, in GB/s (10^9 bytes), beside SHA-256 of the same bytes: the scan alone, block by block of a mebibyte that lies in the cache, as a block does that
/// was hashed; and whole files under their name. The best of rounds.
/// </summary>
internal static class Inspecting
{
    private const int Rounds = 7;
    private const int Bytes = 64 << 20;
    private const int BlockBytes = 64 << 10;
    private const int CachedBytes = 1 << 20;

    /// <summary>In which the runtime compiles what is measured for good.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(500);

    private const string Words = "the of and to in is that it was for on with as his they be at one have this from or had by but what some we can out other were all there when up use "
        + "your how said an each she which do their time if will way about many then them write would like so these her long make thing see him two has look more day";

    public static void Run()
    {
        Console.WriteLine($"{"GB/s, one core",-30}{"scan",8}{"file",8}{"SHA-256",9}");
        var random = new Random(20260);
        Row("prose", "a.txt", Filled(() => Sentence(random) + "\n"), ScanText);
        Row("prose with links, addresses", "a.txt", Filled(() => $"{Sentence(random)} see https://example.org/a/b, write to some.one@example.org\n"), ScanText);
        Row("JSON lines", "a.jsonl", Filled(() => $"{{\"id\": {random.Next()}, \"text\": \"{Sentence(random)} {Sentence(random)}\", \"label\": \"positive\", \"score\": {random.NextDouble().ToString("0.0000", CultureInfo.InvariantCulture)}}}\n"), ScanText);
        Row("CSV", "a.csv", Filled(() => $"{random.Next()},{random.NextDouble().ToString("0.0000", CultureInfo.InvariantCulture)},\"{Sentence(random)}\",positive\n"), ScanText);
        Row("BF16", "a.safetensors", Tensor("BF16", 2, random), block => NonFinite.Count(FloatLayout.BF16, block));
        Row("F32", "a.safetensors", Tensor("F32", 4, random), block => NonFinite.Count(FloatLayout.F32, block));
        Row("F8_E4M3", "a.safetensors", Tensor("F8_E4M3", 1, random), block => NonFinite.Count(FloatLayout.F8E4M3, block));
    }

    private static void Row(string name, string path, byte[] content, Action<ReadOnlySpan<byte>> scan)
    {
        var alone = Best(content, () => ByBlocks(content, scan));
        var file = Best(content, () => Inspect(path, content));
        var hashed = Best(content, () => SHA256.HashData(content));
        Console.WriteLine($"{name,-30}{alone,8:0.00}{file,8:0.00}{hashed,9:0.00}");
    }

    private static double Best(byte[] content, Action work)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < WarmUp;)
        {
            work();
        }

        var best = TimeSpan.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            work();
            var took = Stopwatch.GetElapsedTime(begun);
            best = took < best ? took : best;
        }

        return content.Length / best.TotalSeconds / 1e9;
    }

    private static void ByBlocks(ReadOnlySpan<byte> content, Action<ReadOnlySpan<byte>> scan)
    {
        for (var scanned = 0; scanned < content.Length; scanned += BlockBytes)
        {
            // Behind the header of a tensor.
            scan(content.Slice(BlockBytes + (scanned % CachedBytes), BlockBytes));
        }
    }

    private static void ScanText(ReadOnlySpan<byte> block) => new TextScan().Whole(block, 0);

    private static void Inspect(string path, byte[] content)
    {
        if (!ArtifactPath.Parse(path).Succeeded(out var parsed, out _))
        {
            throw new ArgumentException("No path.", nameof(path));
        }

        using var inspector = new FileInspector(parsed, content.Length, (_, _) => 0);
        inspector.Append(content);
        if (!inspector.Complete().Accepted)
        {
            throw new InvalidOperationException($"{path} is refused.");
        }
    }

    private static string Sentence(Random random) => string.Join(' ', random.GetItems(Words.Split(' '), 14));

    private static byte[] Filled(Func<string> line)
    {
        // A tenth is made, and repeated.
        var some = new StringBuilder();
        while (some.Length < Bytes / 10)
        {
            some.Append(line());
        }

        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(some.ToString(), 10)));
    }

    private static byte[] Tensor(string type, int width, Random random)
    {
        var header = Encoding.UTF8.GetBytes($"{{\"w\":{{\"dtype\":\"{type}\",\"shape\":[{Bytes / width}],\"data_offsets\":[0,{Bytes}]}}}}");
        var file = new byte[8 + header.Length + Bytes];
        BitConverter.TryWriteBytes(file, (long)header.Length);
        header.CopyTo(file, 8);
        random.NextBytes(file.AsSpan(8 + header.Length));
        for (var i = 8 + header.Length; i < file.Length; i++)
        {
            // Weights are small: no exponent has its highest bit.
            file[i] &= 0xBF;
        }

        return file;
    }
}
