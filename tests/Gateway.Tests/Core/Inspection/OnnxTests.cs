using System.Diagnostics;
using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.Onnx;
using Gateway.Core.Inspection.Verifiers.Protobuf;
using Gateway.Core.Manifests;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>ONNX and SentencePiece models: damage, limits, chunks, and what their own libraries write. Single cases are vectors.</summary>
public sealed class OnnxTests
{
    private static readonly byte[][] Samples = [.. InspectionVectors.All.Where(v => v.File == "onnx.json" && v.Case.Accepted).Select(v => v.Case.Input)];

    private static readonly byte[] SentencePiece = InspectionVectors.All.First(v => v.File == "sentencepiece.json" && v.Case.Accepted).Case.Input;

    [Fact]
    public void Damage_to_a_model_is_refused_or_leaves_a_valid_one()
    {
        foreach (var sample in Samples.Where(s => s.Length < 400))
        {
            Damage.Truncate("a.onnx", [.. sample], IsOnnx);
            Damage.Flip("a.onnx", [.. sample], IsOnnx);
        }
    }

    [Fact]
    public void Damage_to_a_tokenizer_is_refused_or_leaves_a_valid_one()
    {
        Damage.Truncate("a.model", [.. SentencePiece], IsSentencePiece);
        Damage.Flip("a.model", [.. SentencePiece], IsSentencePiece);
    }

    [Fact]
    public void Any_chunks_give_an_equal_inspection_of_models_longer_than_a_block() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 70_000].Array[1, 5]).Sample(
            (shift, chunks) =>
            {
                var content = Long(shift);
                var whole = Inspected.File("a.onnx", content);
                Assert.True(whole.Accepted, whole.Refusal?.ToString());
                return whole.Text() == Inspected.File("a.onnx", content, chunks).Text();
            },
            iter: 60);

    [Fact]
    public void A_tensor_of_1_GiB_is_read_in_flat_memory()
    {
        const long bytes = 1L << 30;
        var tensor = new List<byte>([.. Number(1, bytes), .. Number(2, 3), .. Blob(8, "w"u8), 0x4A, .. Varint(bytes)]);
        var graph = new List<byte>([0x2A, .. Varint(tensor.Count + bytes), .. tensor]);
        byte[] head = [.. Number(1, 8), .. Blob(8, Number(2, 17)), 0x3A, .. Varint(graph.Count + bytes), .. graph];
        var inspection = Stream("a.onnx", head, head.Length + bytes, 0, out var allocated);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("parameters", "1,073,741,824"), inspection.Summary);
        Assert.InRange(allocated, 0, 2 * 1024 * 1024);
    }

    [Fact]
    public void A_name_of_1_GiB_is_refused_before_it_is_held()
    {
        byte[] head = [.. Number(1, 8), 0x12, .. Varint(1L << 30)];
        var inspection = Stream("a.onnx", head, head.Length + (1L << 30), (byte)'x', out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void A_file_beyond_what_readers_of_protobuf_take_is_refused_at_once() =>
        Assert.Equal(["LIMIT_EXCEEDED"], Stream("a.onnx", Number(1, 8), int.MaxValue + 1L, 0, out _).Codes());

    [Fact]
    public void One_node_more_than_the_limit_is_refused()
    {
        var node = Blob(1, Blob(4, "A"u8));
        var nodes = Enumerable.Range(0, OnnxLimits.Nodes + 1).SelectMany(_ => node).ToArray();
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.onnx", Model(nodes)).Codes());
        Assert.True(Inspected.File("a.onnx", Model(nodes.AsSpan(node.Length))).Accepted);
    }

    [Fact]
    public void One_name_more_than_the_limit_is_refused()
    {
        var outputs = Enumerable.Range(0, ProtobufLimits.Names).SelectMany(i => Blob(2, Encoding.ASCII.GetBytes($"{i}"))).ToArray();
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.onnx", Model(Blob(1, [.. outputs, .. Blob(4, "A"u8)]))).Codes());
    }

    [Fact]
    public void Messages_nested_a_thousand_deep_are_refused()
    {
        byte[] type = [.. Blob(1, Number(1, 1))];
        for (var i = 0; i < 1000; i++)
        {
            type = Blob(4, Blob(1, type));
        }

        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.onnx", Model(Blob(11, [.. Blob(1, "x"u8), .. Blob(2, type)]))).Codes());
    }

    [Fact]
    public void The_path_of_external_data_is_named_with_the_way_out()
    {
        var vector = InspectionVectors.All.First(v => v.Case.Name == "external data outside").Case;
        var message = Inspected.File(vector.Path, vector.Input).Findings[0].Message;
        Assert.Contains("\"../../etc/passwd\"", message, StringComparison.Ordinal);
        Assert.Contains("save_as_external_data=False", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_operator_is_warned_of_with_its_domain_and_a_local_function_is_none()
    {
        var vector = InspectionVectors.All.First(v => v.Case.Name == "custom operator").Case;
        Assert.Equal("\"com.microsoft\" x1", Inspected.File(vector.Path, vector.Input).Findings[0].Evidence);
        var local = InspectionVectors.All.First(v => v.Case.Name == "local function").Case;
        Assert.Empty(Inspected.File(local.Path, local.Input).Findings);
    }

    [Fact]
    public void A_model_makes_a_checkpoint_and_no_dataset()
    {
        Assert.Null(Artifact(ArtifactKind.Checkpoint).Refusal);
        Assert.Equal(Gateway.Core.RefusalCode.KindMismatch, Artifact(ArtifactKind.Dataset).Refusal?.Code);
    }

    [Fact]
    public void What_their_own_libraries_write_is_accepted()
    {
        using var output = PythonOutput.OfFile(Path.Combine(Repository.Root, "tests/Gateway.Tests/Core/Inspection/genuine_models.py"), "onnx");
        var models = Directory.GetFiles(output.Path).Select(f => (Name: Path.GetFileName(f), Path: f)).Where(f => Path.GetExtension(f.Path) is ".onnx" or ".model").ToArray();
        Assert.True(models.Length >= 10);
        foreach (var (name, path) in models)
        {
            var inspection = Inspected.File(name, File.ReadAllBytes(path));
            Assert.True(inspection.Accepted != name.StartsWith("external-", StringComparison.Ordinal), $"{name}: {inspection.Refusal}");
            Assert.All(inspection.Findings.Where(_ => inspection.Accepted), f => Assert.Fail($"{name}: {f}"));
        }
    }

    [Fact]
    public void What_PyTorch_exports_is_accepted_with_its_tensors()
    {
        const string script = """
            import sys, torch, warnings
            warnings.simplefilter("ignore")
            layers = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Flatten(), torch.nn.Linear(144, 8), torch.nn.LayerNorm(8))
            torch.onnx.export(layers, torch.zeros(1, 3, 8, 8), f"{sys.argv[1]}/layers.onnx", input_names=["x"], dynamic_axes={"x": {0: "n"}}, opset_version=15)
            torch.onnx.export(torch.nn.LSTM(4, 8), (torch.zeros(2, 1, 4),), f"{sys.argv[1]}/lstm.onnx")
            training = torch.onnx.TrainingMode.TRAINING
            torch.onnx.export(torch.nn.TransformerEncoderLayer(8, 2), (torch.zeros(2, 1, 8),), f"{sys.argv[1]}/transformer.onnx", training=training, do_constant_folding=False)
            """;
        using var output = PythonOutput.Of(script, "onnx", "torch");
        var inspections = Directory.GetFiles(output.Path).Order(StringComparer.Ordinal).Select(f => Inspected.File("a.onnx", File.ReadAllBytes(f))).ToArray();
        Assert.Equal(3, inspections.Length);
        Assert.All(inspections, i => Assert.True(i.Accepted, i.Refusal?.ToString()));
        Assert.Contains(inspections[0].TensorRows, t => t is { Name: "3.weight", Type: "FLOAT", Shape: [8, 144], Bytes: 4 * 8 * 144 });
    }

    private static ArtifactInspection Artifact(ArtifactKind kind)
    {
        var artifact = new ArtifactInspector(kind);
        artifact.Add(Inspected.File("a.onnx", Samples[0]), "onnx");
        return artifact.Complete();
    }

    /// <summary>Model, graph and tensors are what they say, as far as the plain reader knows them.</summary>
    private static bool IsOnnx(byte[] content)
    {
        var model = PlainProtobuf.Fields(content);
        var graph = PlainProtobuf.Fields(model.Single(f => f.Number == 7).Bytes);
        foreach (var tensor in graph.Where(f => f.Number == 5).Select(f => PlainProtobuf.Fields(f.Bytes)))
        {
            var raw = tensor.Where(f => f.Number == 9).ToArray();
            var isPacked = tensor.Any(f => f.Number == 1 && f.Bytes.Length > 0);
            var elements = tensor.Where(f => f.Number == 1).Aggregate(1UL, (n, f) => checked(n * f.Value));
            var bits = tensor.Single(f => f.Number == 2).Value switch
            {
                2 or 3 or 9 or (>= 17 and <= 20) or 24 => 8UL, 4 or 5 or 10 or 16 => 16UL, 7 or 11 or 13 or 14 => 64UL, 15 => 128UL,
                21 or 22 or 23 => 4UL, 25 or 26 => 2UL, _ => 32UL,
            };
            if (raw.Length > 1 || tensor.Any(f => f.Number is 13 or > 16) || (raw.Length == 1 && !isPacked && (ulong)raw[0].Bytes.Length != ((elements * bits) + 7) / 8))
            {
                return false;
            }
        }

        return model.Count(f => f.Number == 1) == 1 && model.Exists(f => f.Number == 8) && model.TrueForAll(f => f.Number <= 26);
    }

    private static bool IsSentencePiece(byte[] content)
    {
        var model = PlainProtobuf.Fields(content);
        var pieces = model.Where(f => f.Number == 1).Select(f => PlainProtobuf.Fields(f.Bytes)).ToArray();
        var texts = pieces.Select(p => Convert.ToHexString(p.Single(f => f.Number == 1).Bytes)).ToHashSet();
        return texts.Count == pieces.Length && model.TrueForAll(f => f.Number <= 5)
            && pieces.Count(p => p.Exists(f => f.Number == 3 && f.Value == 2)) == 1 && model.Count(f => f.Number == 2) == 1 && model.Count(f => f.Number == 3) == 1;
    }

    /// <summary>Names, packed numbers and raw data over several blocks.</summary>
    private static byte[] Long(int shift)
    {
        byte[] name = [.. Enumerable.Repeat((byte)'n', 1 + shift)];
        var packed = Enumerable.Range(0, 30_000).SelectMany(i => Varint(i * 7919L)).ToArray();
        byte[] ints = [.. Number(1, 30_000), .. Number(2, 7), .. Blob(7, packed), .. Blob(8, name)];
        byte[] raw = [.. Number(1, 100_000), .. Number(2, 2), .. Blob(8, "r"u8), .. Blob(9, new byte[100_000])];
        var nodes = Enumerable.Range(0, 3_000).SelectMany(i => Blob(1, [.. Blob(2, Encoding.UTF8.GetBytes($"größe{i}")), .. Blob(4, "Relu"u8)]));
        return Model([.. nodes, .. Blob(5, ints), .. Blob(5, raw)]);
    }

    private static byte[] Model(ReadOnlySpan<byte> graph) => [.. Number(1, 8), .. Blob(7, graph), .. Blob(8, Number(2, 17))];

    private static byte[] Number(int number, long value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Blob(int number, ReadOnlySpan<byte> content) => [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Varint(long value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)((value & 0x7F) | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    private static FileInspection Stream(string path, byte[] head, long bytes, byte filler, out long allocated)
    {
        var block = new byte[256 * 1024];
        block.AsSpan().Fill(filler);
        _ = Inspected.File("warm.onnx", Samples[0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path(path), bytes, (_, _) => 0);
        inspector.Append(head);
        for (var left = bytes - head.Length; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var inspection = inspector.Complete();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return inspection;
    }
}
