using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.Gguf;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class GgufTests
{
    private const string Path = "a.gguf";
    private static readonly GgufTensor Two = new("a", 1, [2], 4);

    private static readonly (uint Type, int Elements, int Bytes)[] Types = [(0, 1, 4), (1, 1, 2), (8, 32, 34), (24, 1, 1)];

    private static readonly Gen<object> AnyValue = Gen.OneOf<object>(
        Gen.Byte.Select(v => (object)v), Gen.SByte.Select(v => (object)v), Gen.UShort.Select(v => (object)v), Gen.Short.Select(v => (object)v),
        Gen.UInt.Select(v => (object)v), Gen.Int.Select(v => (object)v), Gen.Float.Select(v => (object)v), Gen.Bool.Select(v => (object)v),
        Gen.ULong.Select(v => (object)v), Gen.Long.Select(v => (object)v), Gen.Double.Select(v => (object)v),
        Gen.String["aé漢 \n"].Select(v => (object)v), Gen.String["aé漢 \n\u001b"].Array[0, 5].Select(v => (object)v), Gen.Bool.Array[0, 5].Select(v => (object)v),
        Gen.Float.Array[0, 5].Select(v => (object)v));

    private static readonly Gen<GgufTensor> AnyTensor = Gen.Select(
        Gen.Int[0, 3].Select(i => Types[i]), Gen.Int[1, 4], Gen.Int[1, 3].Array[0, 3],
        (type, first, others) => new GgufTensor("", type.Type, [first * type.Elements, .. others.Select(o => (long)o)], others.Aggregate(first * type.Bytes, (a, b) => a * b)));

    private static readonly Gen<byte[]> AnyFile = Gen.Select(AnyValue.Array[0, 6], AnyTensor.Array[0, 5], Gen.Int[3, 7].Select(i => 1 << i), (values, tensors, alignment) => GgufFiles.Of(
        [GgufFiles.Llama, ("general.alignment", (uint)alignment), .. values.Select((v, i) => ($"x.v{i}", v))],
        [.. tensors.Select((t, i) => t with { Name = $"blk.{i}.weight" })],
        alignment));

    [Fact]
    public void Truncation_at_every_byte_is_refused() => Damage.Truncate(Path, Small(), _ => false);

    [Fact]
    public void Any_byte_changed_in_any_bit_is_refused_or_leaves_a_valid_file() => Damage.Flip(Path, Small(), GgufPlainCheck.IsValid);

    [Fact]
    public void Whatever_a_writer_writes_is_accepted_and_counted() => AnyFile.Sample(
        file =>
        {
            Assert.True(GgufPlainCheck.IsValid(file));
            var inspection = Inspected.File(Path, file);
            Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
            Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(8)), ulong.Parse(Summary(inspection, "tensors"), System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(16)), ulong.Parse(Summary(inspection, "metadata keys"), System.Globalization.CultureInfo.InvariantCulture));
        },
        iter: 2_000);

    [Fact]
    public void Random_damage_is_refused_or_leaves_a_valid_file() => Gen.Select(AnyFile, Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 3]).Sample(
        (file, damage) =>
        {
            foreach (var (at, value) in damage)
            {
                file[at % file.Length] = value;
            }

            var inspection = Inspected.File(Path, file);
            Assert.True(!inspection.Accepted || GgufPlainCheck.IsValid(file), Convert.ToHexString(file));
            Assert.All(inspection.Findings, f => Assert.True((f.Message + f.Evidence).All(c => c is >= ' ' and <= '~')));
        },
        iter: 20_000);

    /// <summary>Keys, strings, tokens, numbers and entries of tensors that the end of a block cuts anywhere.</summary>
    [Fact]
    public void A_long_header_is_read_as_a_short_one_is_wherever_a_block_ends() =>
        Gen.Select(Gen.Int[0, 400], Gen.Int[64, 100_000].Array[1, 6]).Sample(
            (shift, chunks) =>
            {
                var file = Long(shift);
                var inspection = Inspected.File(Path, file, chunks);
                Assert.True(inspection.Accepted, $"shifted by {shift}: {inspection.Refusal}");
                Assert.Equal(["CHAT_TEMPLATE"], inspection.Codes());
                Assert.Equal("3,000", Summary(inspection, "tensors"));
                Assert.Equal("1,506", Summary(inspection, "metadata keys"));
                Assert.Equal(Inspected.File(Path, file).Text(), inspection.Text());

                // The bytes of 漢 and é stand in every part of the header that is text.
                var broken = file.AsSpan(InspectionLimits.BlockBytes + shift).IndexOf([(byte)0xC3, (byte)0xA9]) + InspectionLimits.BlockBytes + shift;
                file[broken + 1] = (byte)'x';
                var refused = Inspected.File(Path, file, chunks);
                Assert.Equal(["FORMAT_MALFORMED"], refused.Codes());
                Assert.InRange(refused.Findings[0].Offset!.Value, broken - 24, broken);
                Assert.Equal(Inspected.File(Path, file).Text(), refused.Text());
            },
            iter: 25);

    [Fact]
    public void Padding_is_zero_wherever_a_block_ends()
    {
        var tensors = Enumerable.Range(0, 40).Select(i => new GgufTensor($"t{i}", 24, [4097], 4097)).ToArray();
        var file = GgufFiles.Of([GgufFiles.Llama, ("general.alignment", 4096u)], tensors, 4096);
        Assert.True(Inspected.File(Path, file).Accepted);
        for (var tensor = 0; tensor < tensors.Length; tensor++)
        {
            foreach (var at in (int[])[4096 + (tensor * 8192) + 4097, 4096 + ((tensor + 1) * 8192) - 1])
            {
                file[at] = 1;
                var inspection = Inspected.File(Path, file);
                Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
                Assert.Equal(at, inspection.Findings[0].Offset);
                file[at] = 0;
            }
        }
    }

    [Fact]
    public void A_chat_template_is_shown_by_its_beginning_escaped_and_cut()
    {
        var template = "{{ cycler.__init__.__globals__['os'].popen('é\u202e') }}\n" + new string('x', 5_000);
        var finding = Inspected.File(Path, GgufFiles.Of([GgufFiles.Llama, ("tokenizer.chat_template", template)], [Two])).Findings[0];
        Assert.Equal((FindingCodes.ChatTemplate, Severity.Warning), (finding.Code, finding.Severity));
        Assert.StartsWith("\"{{ cycler.__init__.__globals__['os'].popen('\\u{e9}\\u{202e}') }}\\u{a}xxx", finding.Evidence, StringComparison.Ordinal);
        Assert.EndsWith("...\"", finding.Evidence, StringComparison.Ordinal);
        Assert.InRange(finding.Evidence.Length, 80, 100);
        Assert.Contains("5,", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ArtifactKind.Checkpoint, null)]
    [InlineData(ArtifactKind.Dataset, RefusalCode.KindMismatch)]
    public void It_holds_weights_as_safetensors_does(ArtifactKind kind, RefusalCode? refusal)
    {
        var artifact = new ArtifactInspector(kind);
        artifact.Add(Inspected.File("a.gguf", GgufFiles.Of([GgufFiles.Llama], [Two, new("b", 24, [3, 5], 15)])), "gguf");
        artifact.Add(Inspected.File("b.gguf", GgufFiles.Of([GgufFiles.Llama], [Two])), "gguf");
        artifact.Add(Inspected.File("config.json", "{}"u8), "json");
        var inspection = artifact.Complete();
        Assert.Equal(refusal, inspection.Refusal?.Code);
        Assert.Contains(new SummaryEntry("tensors", "3"), inspection.Totals);
        Assert.Contains(new SummaryEntry("parameters", "19"), inspection.Totals);
        Assert.Contains("what chat templates do", inspection.NotChecked);
    }

    /// <summary>Loaders of an index read its shards as safetensors.</summary>
    [Fact]
    public void It_is_no_shard_of_an_index()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        artifact.Add(Inspected.File("m.gguf", GgufFiles.Of([GgufFiles.Llama], [Two])), "gguf");
        artifact.Add(Inspected.File("model.safetensors.index.json", """{"weight_map":{"a":"m.gguf"}}"""u8), "safetensors-index");
        Assert.Equal(RefusalCode.IndexMismatch, artifact.Complete().Refusal?.Code);
    }

    [Fact]
    public void The_longest_key_is_read_and_a_longer_one_refused()
    {
        var key = new string('k', GgufLimits.KeyBytes);
        Assert.True(Inspected.File(Path, GgufFiles.Of([GgufFiles.Llama, (key, 1)], [Two])).Accepted);
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File(Path, GgufFiles.Of([GgufFiles.Llama, (key + "k", 1)], [Two])).Codes());
    }

    [Fact]
    public void As_many_pairs_and_tensors_as_the_limits_are_read()
    {
        var pairs = Enumerable.Range(1, GgufLimits.Keys - 1).Select(i => ($"k{i}", (object)i));
        var tensors = Enumerable.Range(0, GgufLimits.Tensors).Select(i => new GgufTensor($"t{i}", 24, [1], 1));
        var inspection = Inspected.File(Path, GgufFiles.Of([GgufFiles.Llama, .. pairs], [.. tensors], 8));
        Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
        inspection = Inspected.File(Path, GgufFiles.Of([GgufFiles.Llama, .. pairs], [.. tensors]));
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
    }

    [Fact]
    public void Tensors_and_strings_of_many_MiB_are_read_in_flat_memory()
    {
        const int length = GgufLimits.StringBytes - 4096;
        byte[] header = [.. Beginning(1, 2), .. Key("x.text", 8), .. BitConverter.GetBytes((long)length)];
        var inspection = Stream([(header, 1), ([.. Enumerable.Repeat((byte)'x', 4096)], length / 4096), (Entry("a", 1 << 30), 1)], 1 << 30, out var allocated);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal("1,073,741,824", Summary(inspection, "parameters"));
        Assert.InRange(allocated, 0, 2 * 1024 * 1024);
    }

    [Fact]
    public void Metadata_beyond_the_limit_is_refused_without_being_held()
    {
        byte[] header = [.. Beginning(0, 2), .. Key("x.words", 9), .. BitConverter.GetBytes(8), .. BitConverter.GetBytes(1_000_000L)];
        byte[] word = [.. BitConverter.GetBytes(65_000L), .. Enumerable.Repeat((byte)'x', 65_000)];
        var inspection = Stream([(header, 1), (word, 2_500)], 1024, out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(inspection.Findings[0].Offset!.Value, GgufLimits.MetadataBytes, GgufLimits.MetadataBytes + word.Length);
        Assert.InRange(allocated, 0, 2 * 1024 * 1024);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Counts_beyond_the_limits_are_refused_before_anything_is_allocated_for_them(int at)
    {
        var header = GgufFiles.Of([GgufFiles.Llama], [Two]);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(at), 1_000_000_000);
        var inspection = Stream([(header, 1)], 1 << 29, out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    private static string Summary(FileInspection inspection, string name) => inspection.Summary.Single(s => s.Name == name).Value;

    private static byte[] Small() => GgufFiles.Of(
        [GgufFiles.Llama, ("x.flag", true), ("x.list", new ushort[] { 1, 2 }), ("x.words", (string[])["é", "b"]), ("general.alignment", 8u)],
        [new("a", 24, [3], 3), new("b", 1, [1, 2], 4)],
        8);

    private static byte[] Long(int shift)
    {
        (string, object)[] pairs =
        [
            GgufFiles.Llama,
            ("x.shift", new string('x', shift)),
            ("tokenizer.chat_template", string.Concat(Enumerable.Range(0, 8_000).Select(i => $"é{i} 漢😀\n"))),
            ("tokenizer.ggml.tokens", Enumerable.Range(0, 8_000).Select(i => $"é{i}漢").ToArray()),
            ("tokenizer.ggml.scores", Enumerable.Range(0, 50_000).Select(i => i / 3f).ToArray()),
            ("x.flags", Enumerable.Range(0, 70_001).Select(i => i % 3 == 0).ToArray()),
        ];
        return GgufFiles.Of(
            [.. pairs, .. Enumerable.Range(0, 1_500).Select(i => ($"x.{new string('k', i % 90)}k{i}", (object)(long)i))],
            [.. Enumerable.Range(0, 3_000).Select(i => new GgufTensor($"blk.{i}.größe.漢", 1, [1 + (i % 5), 1 + (i % 3)], 2 * (1 + (i % 5)) * (1 + (i % 3))))]);
    }

    /// <summary>Counts, and the pair that every file has.</summary>
    private static byte[] Beginning(long tensors, long pairs) =>
        [.. "GGUF"u8, 3, 0, 0, 0, .. BitConverter.GetBytes(tensors), .. BitConverter.GetBytes(pairs), .. Key("general.architecture", 8), .. Text("llama")];

    private static byte[] Key(string key, int type) => [.. Text(key), .. BitConverter.GetBytes(type)];

    /// <summary>The entry of one tensor of I8.</summary>
    private static byte[] Entry(string name, long elements) =>
        [.. Text(name), .. BitConverter.GetBytes(1), .. BitConverter.GetBytes(elements), .. BitConverter.GetBytes(24), .. BitConverter.GetBytes(0L)];

    private static byte[] Text(string text) => [.. BitConverter.GetBytes((long)text.Length), .. Encoding.ASCII.GetBytes(text)];

    /// <summary>Parts over and over, then zeros: padding up to 32 and as many bytes as are asked for.</summary>
    private static FileInspection Stream((byte[] Bytes, int Times)[] parts, long zeros, out long allocated)
    {
        var begin = parts.Sum(p => (long)p.Bytes.Length * p.Times);
        var end = ((begin + 31) / 32 * 32) + zeros;
        var block = new byte[256 * 1024];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path(Path), end, (_, _) => 0);
        foreach (var (bytes, times) in parts)
        {
            for (var i = 0; i < times; i++)
            {
                inspector.Append(bytes);
            }
        }

        for (var left = end - begin; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var inspection = inspector.Complete();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return inspection;
    }
}
