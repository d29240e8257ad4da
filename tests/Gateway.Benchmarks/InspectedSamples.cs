using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Gateway.Core.Inspection.Floats;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Benchmarks;

/// <summary>Files of formats that are written here, 64 MiB where the format allows it, the same in every run.</summary>
internal static class InspectedSamples
{
    private const int Bytes = 64 << 20;

    private const string Words = "the of and to in is that it was for on with as his they be at one have this from or had by but what some we can out other were all there when up use "
        + "your how said an each she which do their time if will way about many then them write would like so these her long make thing see him two has look more day";

    private static readonly Scan Text = block => new TextScan().Whole(block, 0);

    /// <summary>Names of the formats that are written here.</summary>
    public static IReadOnlyList<string> Formats { get; } =
        ["text", "jsonl", "json", "safetensors-index", "csv", "tsv", "safetensors", "npy", "npz", "gguf", "webdataset", "png", "wav"];

    public static IEnumerable<InspectedSample> All()
    {
        var random = new Random(20260);
        yield return new("text: prose", "a.txt", () => Filled(() => Sentence(random) + "\n"), Scan: Text);
        yield return new("text: with links, addresses", "a.txt", () => Filled(() => $"{Sentence(random)} see https://example.org/a/b, write to some.one@example.org\n"), Scan: Text);
        yield return new("text: Chinese", "a.txt", () => Filled(() => $"{Chinese(random, 60)}\n"), Scan: Text);
        yield return new("jsonl: long texts", "a.jsonl", () => Filled(() => $"{{\"text\": \"{string.Join("\\n", Enumerable.Range(0, 20).Select(_ => Sentence(random)))}\", \"id\": {random.Next()}}}\n"), Scan: Text);
        yield return new("jsonl: texts", "a.jsonl", () => Filled(() => Row(random)), Scan: Text);
        yield return new("jsonl: Chinese", "a.jsonl", () => Filled(() => $"{{\"id\": {random.Next()}, \"text\": \"{Chinese(random, 60)}\"}}\n"), Scan: Text);
        yield return new("jsonl: numbers", "a.jsonl", () => Filled(() => $"{{\"id\":{random.Next()},\"tokens\":[{string.Join(',', Enumerable.Range(0, 40).Select(_ => random.Next(50_000)))}]}}\n"), Scan: Text);
        yield return new("json", "a.json", () => [(byte)'[', .. Filled(() => Row(random).TrimEnd() + ",\n"), (byte)'0', (byte)']'], Scan: Text);
        yield return new("safetensors-index", "model.safetensors.index.json", () => Index());
        yield return new("csv: texts", "a.csv", () => Filled(() => $"{random.Next()},{Decimal(random)},\"{Sentence(random)}\",positive\n"), Scan: Text);
        yield return new("csv: numbers", "a.csv", () => Filled(() => string.Join(',', Enumerable.Range(0, 12).Select(_ => Decimal(random))) + "\n"), Scan: Text);
        yield return new("tsv: texts", "a.tsv", () => Filled(() => $"{random.Next()}\t{Decimal(random)}\t{Sentence(random)}\tpositive\n"), Scan: Text);
        yield return new("safetensors: BF16", "a.safetensors", () => Tensor("BF16", 2, random), Scan: block => NonFinite.Count(FloatLayout.BF16, block));
        yield return new("safetensors: F32", "a.safetensors", () => Tensor("F32", 4, random), Scan: block => NonFinite.Count(FloatLayout.F32, block));
        yield return new("safetensors: F8_E4M3", "a.safetensors", () => Tensor("F8_E4M3", 1, random), Scan: block => NonFinite.Count(FloatLayout.F8E4M3, block));
        yield return new("npy", "a.npy", () => Npy(random));
        yield return new("npz: stored", "a.npz", () => Npz(random, CompressionLevel.NoCompression));
        yield return new("npz: deflated", "a.npz", () => Npz(random, CompressionLevel.Optimal));
        yield return new("gguf", "a.gguf", () => Gguf(random));
        yield return new("webdataset", "a.tar", () => Tar(random));
        yield return new("png", "a.png", () => MediaSamples.Png(random));
        yield return new("wav", "a.wav", () => MediaSamples.Wav(Bytes, random));
    }

    private static string Row(Random random) =>
        $"{{\"id\": {random.Next()}, \"text\": \"{Sentence(random)} {Sentence(random)}\", \"label\": \"positive\", \"score\": {Decimal(random)}}}\n";

    private static string Sentence(Random random) => string.Join(' ', random.GetItems(Words.Split(' '), 14));

    private static string Chinese(Random random, int characters) => string.Concat(Enumerable.Range(0, characters).Select(_ => (char)random.Next(0x4E00, 0x9000)));

    private static string Decimal(Random random) => random.NextDouble().ToString("0.0000", CultureInfo.InvariantCulture);

    private static byte[] Filled(Func<string> line)
    {
        // A tenth is made, and repeated.
        var some = new StringBuilder();
        var bytes = 0;
        while (bytes < Bytes / 10)
        {
            var one = line();
            bytes += Encoding.UTF8.GetByteCount(one);
            some.Append(one);
        }

        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(some.ToString(), 10)));
    }

    private static byte[] Index()
    {
        var tensors = Enumerable.Range(0, 200_000).Select(i => $"\"model.layers.{i / 100}.mlp.experts.{i % 100}.down_proj.weight\": \"model-{(i / 2_000) + 1:00000}-of-00100.safetensors\"");
        return Encoding.UTF8.GetBytes($"{{\"metadata\": {{\"total_size\": 1}}, \"weight_map\": {{\n{string.Join(",\n", tensors)}}}}}");
    }

    private static byte[] Tensor(string type, int width, Random random)
    {
        var header = Encoding.UTF8.GetBytes($"{{\"w\":{{\"dtype\":\"{type}\",\"shape\":[{Bytes / width}],\"data_offsets\":[0,{Bytes}]}}}}");
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. Weights(random)];
    }

    private static byte[] Weights(Random random)
    {
        var weights = new byte[Bytes];
        random.NextBytes(weights);
        for (var i = 0; i < weights.Length; i++)
        {
            // Weights are small: no exponent has its highest bit.
            weights[i] &= 0xBF;
        }

        return weights;
    }

    private static byte[] Npy(Random random)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({Bytes / 4},), }}";
        return [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header.PadRight(117)), (byte)'\n', .. Weights(random)];
    }

    private static byte[] Npz(Random random, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = zip.CreateEntry("a.npy", level);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var into = entry.Open();
            into.Write(Npy(random));
        }

        return stream.ToArray();
    }

    private static byte[] Gguf(Random random)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("GGUF"u8);
        writer.Write(3);
        writer.Write(1L);
        writer.Write(1L);
        writer.Write(20L);
        writer.Write("general.architecture"u8);
        writer.Write(8);
        writer.Write(5L);
        writer.Write("llama"u8);
        writer.Write(17L);
        writer.Write("token_embd.weight"u8);
        writer.Write(1);
        writer.Write(Bytes / 4L);
        writer.Write(0);
        writer.Write(0L);
        writer.Write(new byte[(32 - (file.Length % 32)) % 32]);
        writer.Write(Weights(random));
        writer.Flush();
        return file.ToArray();
    }

    /// <summary>Samples of a picture and what it shows, as image datasets are packed.</summary>
    private static byte[] Tar(Random random)
    {
        var picture = MediaSamples.Png(random, 128);
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var i = 0; stream.Length < Bytes / 4; i++)
            {
                Write(tar, $"{i:000000}.png", picture);
                Write(tar, $"{i:000000}.txt", Encoding.UTF8.GetBytes(Sentence(random)));
            }
        }

        return stream.ToArray();
    }

    private static void Write(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
}
