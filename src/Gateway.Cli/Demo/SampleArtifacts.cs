using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Gateway.Cli.Demo;

/// <summary>Artifacts in the formats that trainers load, the same on every run. Weights are noise: nobody has to be able to use them.</summary>
internal static class SampleArtifacts
{
    /// <summary>Bytes of weights in each of the two shards.</summary>
    private const int ShardBytes = 96 << 20;

    /// <summary>Rows of the array; each has <see cref="ArrayColumns"/> 32-bit numbers: 64 MiB.</summary>
    private const int ArrayRows = 16 * 1024;
    private const int ArrayColumns = 1024;

    private const int JsonLines = 60_000;
    private const int TensorsInShard = 6;
    private const int Seed = 20260101;

    /// <summary>A sharded safetensors checkpoint with index, configuration and tokenizer.</summary>
    public static void WriteCheckpoint(string directory)
    {
        Directory.CreateDirectory(directory);
        var map = new StringBuilder();
        for (var shard = 0; shard < 2; shard++)
        {
            var file = string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:00000}-of-00002.safetensors");
            var names = Enumerable.Range(0, TensorsInShard)
                .Select(i => string.Create(CultureInfo.InvariantCulture, $"model.layers.{(shard * TensorsInShard) + i}.mlp.weight")).ToArray();
            WriteShard(Path.Combine(directory, file), names, ShardBytes, Seed + shard);
            map.Append(string.Join(string.Empty, names.Select(n => $",\"{n}\":\"{file}\"")));
        }

        File.WriteAllText(
            Path.Combine(directory, "model.safetensors.index.json"),
            string.Create(CultureInfo.InvariantCulture, $"{{\"metadata\":{{\"total_size\":{2L * ShardBytes}}},\"weight_map\":{{{map.ToString(1, map.Length - 1)}}}}}"));
        File.WriteAllText(Path.Combine(directory, "config.json"), """{"architectures":["DemoForCausalLM"],"hidden_size":1024,"num_hidden_layers":12,"torch_dtype":"bfloat16"}""");
        File.WriteAllText(Path.Combine(directory, "tokenizer_config.json"), """{"model_max_length":4096,"tokenizer_class":"GPT2Tokenizer"}""");
        File.WriteAllText(Path.Combine(directory, "merges.txt"), "#version: 0.2\nt h\nth e\ni n\n");
        File.WriteAllText(Path.Combine(directory, "README.md"), "# A checkpoint made by gateway demo\n\nIts weights are noise.\n");
    }

    /// <summary>Rows of text and an array of features.</summary>
    public static void WriteDataset(string directory)
    {
        Directory.CreateDirectory(directory);
        WriteRows(Path.Combine(directory, "train.jsonl"), JsonLines);
        WriteArray(Path.Combine(directory, "features.npy"));
        File.WriteAllText(Path.Combine(directory, "README.md"), "# A dataset made by gateway demo\n");
    }

    /// <summary>A dataset of one small file, to be refused.</summary>
    public static void WriteSmallDataset(string directory)
    {
        Directory.CreateDirectory(directory);
        WriteRows(Path.Combine(directory, "train.jsonl"), 1000);
    }

    /// <summary>A checkpoint as people upload it by mistake: weights beside a pickle, which runs code when it is loaded.</summary>
    public static void WritePickledCheckpoint(string directory)
    {
        Directory.CreateDirectory(directory);
        WriteShard(Path.Combine(directory, "model.safetensors"), ["weight"], 1 << 20, Seed);
        // Protocol 2: the global posix.system, the argument "true", REDUCE, STOP.
        ReadOnlySpan<byte> pickle = "\u0080\u0002cposix\nsystem\nX\u0004\0\0\0true\u0085R."u8;
        File.WriteAllBytes(Path.Combine(directory, "training_args.bin"), Latin1(pickle));
    }

    private static byte[] Latin1(ReadOnlySpan<byte> utf8) => Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(utf8));

    private static void WriteShard(string path, string[] tensors, int bytes, int seed)
    {
        var each = bytes / tensors.Length / 2 * 2;
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        for (var i = 0; i < tensors.Length; i++)
        {
            var begin = i * each;
            var end = i == tensors.Length - 1 ? bytes : begin + each;
            header.Append(CultureInfo.InvariantCulture, $",\"{tensors[i]}\":{{\"dtype\":\"BF16\",\"shape\":[{(end - begin) / 2}],\"data_offsets\":[{begin},{end}]}}");
        }

        header.Append('}');
        header.Append(' ', (8 - (header.Length % 8)) % 8);
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        file.Write(Encoding.ASCII.GetBytes(header.ToString()));
        WriteNoise(file, bytes, seed);
    }

    private static void WriteArray(string path)
    {
        // NEP 1, version 1.0: the header is padded so that the data begins at a multiple of 64.
        var shape = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({ArrayRows}, {ArrayColumns}), }}");
        var padded = shape.PadRight(128 - 10 - 1) + "\n";
        using var file = File.Create(path);
        file.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)padded.Length, 0]);
        file.Write(Encoding.ASCII.GetBytes(padded));
        WriteNoise(file, ArrayRows * ArrayColumns * sizeof(float), Seed);
    }

    private static void WriteRows(string path, int rows)
    {
        using var file = new StreamWriter(path);
        for (var row = 0; row < rows; row++)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{row},\"text\":\"Row {row} of a dataset made by gateway demo.\"}}\n"));
        }
    }

    private static void WriteNoise(FileStream file, int bytes, int seed)
    {
        var random = new Random(seed);
        var buffer = new byte[1 << 20];
        for (var left = bytes; left > 0; left -= buffer.Length)
        {
            var part = buffer.AsSpan(0, Math.Min(left, buffer.Length));
            random.NextBytes(part);
            file.Write(part);
        }
    }
}
