using System.Security.Cryptography;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The tensor table of checkpoints, and what is said of two versions by it.</summary>
public sealed class TensorTableTests
{
    private static readonly (string Name, string Type, long[] Shape)[] Shapes =
        [("b", "BF16", [3, 40_000]), ("none", "F16", [0, 7]), ("scalar", "I16", []), ("a", "F16", [70_000])];

    [Fact]
    public void Each_tensor_of_safetensors_has_the_digest_of_its_bytes_however_the_file_is_cut() =>
        Gen.Int[1, 200_000].Array[1, 4].Sample(
            chunks =>
            {
                var file = SafetensorsFiles.Of(Shapes, padding: 3);
                var rows = Inspected.File("m.safetensors", file, chunks).TensorRows;
                Assert.Equal(["b", "none", "scalar", "a"], rows.Select(r => r.Name));
                Assert.Equal(["BF16", "F16", "I16", "F16"], rows.Select(r => r.Type));
                Assert.Equal([240_000, 0, 2, 140_000], rows.Select(r => r.Bytes));
                Assert.Equal([[3, 40_000], [0, 7], [], [70_000]], rows.Select(r => r.Shape));
                var at = file.Length - 380_002;
                Assert.Equal([Of(file, at, 240_000), Digest.Of([]), Of(file, at + 240_000, 2), Of(file, at + 240_002, 140_000)], rows.Select(r => r.Digest));
            },
            iter: 40);

    [Fact]
    public void Each_tensor_of_GGUF_has_the_digest_of_its_bytes_without_padding()
    {
        var file = GgufFiles.Of([GgufFiles.Llama], [new("a", 0, [5], 20), new("b", 2, [64, 3], 108)]);
        var rows = Inspected.File("m.gguf", file, 7).TensorRows;
        Assert.Equal([("a", "F32", 20L), ("b", "Q4_0", 108L)], rows.Select(r => (r.Name, r.Type, r.Bytes)));
        Assert.Equal([[5], [64, 3]], rows.Select(r => r.Shape));
        var body = file.Length - 32 - 128;
        Assert.Equal([Of(file, body, 20), Of(file, body + 32, 108)], rows.Select(r => r.Digest));
    }

    [Fact]
    public void Numbers_of_GGUF_that_are_not_finite_are_told()
    {
        var file = GgufFiles.Of([GgufFiles.Llama], [new("a", 0, [4], 16)]);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - 32 + 4), float.NaN);
        var finding = Assert.Single(Inspected.File("m.gguf", file).Findings);
        Assert.Equal(("NON_FINITE", file.Length - 32 + 4L), (finding.Code, finding.Offset));
    }

    [Theory]
    [InlineData("raw_data")]
    [InlineData("float_data")]
    [InlineData("float_data, packed")]
    public void Each_tensor_of_ONNX_has_the_digest_of_its_field(string field)
    {
        byte[] values = [0, 0, 128, 63, 0, 0, 0, 64];
        byte[] data = field switch
        {
            "raw_data" => [0x4A, 8, .. values],
            "float_data, packed" => [0x22, 8, .. values],
            _ => [0x25, .. values.AsSpan(0, 4), 0x25, .. values.AsSpan(4)],
        };
        byte[] tensor = [0x08, 2, 0x10, 1, .. data, 0x42, 1, (byte)'w'];
        byte[] graph = [0x12, 1, (byte)'g', 0x2A, (byte)tensor.Length, .. tensor];
        byte[] model = [0x08, 8, 0x3A, (byte)graph.Length, .. graph, 0x42, 2, 0x10, 17];
        var inspection = Inspected.File("m.onnx", model, 3);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        var row = Assert.Single(inspection.TensorRows);
        Assert.Equal(("w", "FLOAT", 8L), (row.Name, row.Type, row.Bytes));
        Assert.Equal([2], row.Shape);
        Assert.Equal(field == "float_data" ? Digest.Of([.. values.AsSpan(0, 4), 0, 0, 0, 0, .. values.AsSpan(4), 0, 0, 0, 0]) : Digest.Of(values), row.Digest);
    }

    [Fact]
    public void Totals_sum_each_type_over_all_files()
    {
        var totals = Report(("a.safetensors", [("x", "BF16", [2, 3]), ("y", "F16", [4])]), ("b.safetensors", [("z", "BF16", [10])])).Report.Totals;
        Assert.Contains(new SummaryEntry("dtype BF16", "2 tensors, 16 elements, 32 bytes"), totals);
        Assert.Contains(new SummaryEntry("dtype F16", "1 tensors, 4 elements, 8 bytes"), totals);
    }

    /// <summary>Names of the longest and shapes of the deepest: the document stays within its limit, and says what it leaves out.</summary>
    [Fact]
    public void A_table_that_would_not_fit_is_cut_and_says_so()
    {
        var file = SafetensorsFiles.Of(Enumerable.Range(0, 25_000).Select(i => ($"{i:00000}{new string('\\', 1)}{new string('x', 1000)}".Replace("\\", "\\\\"), "F16", new long[] { 0, i })));
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        artifact.Add(Inspected.File("a.safetensors", file), "safetensors");
        artifact.Add(Inspected.File("b.safetensors", file), "safetensors");
        var inspection = artifact.Complete();
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal(["TENSORS_NOT_LISTED"], inspection.Findings.Select(f => f.Code));
        Assert.InRange(inspection.Files.Sum(f => f.TensorRows.Count), 25_000, 49_999);
        Assert.Contains(new SummaryEntry("tensors", "50,000"), inspection.Totals);
        var payload = inspection.ToReport(default).Payload;
        Assert.InRange(payload.Length, 24 << 20, 33 << 20);
        Assert.True(InspectionReport.Parse(payload).Succeeded(out _, out var refusal), refusal?.ToString());
    }

    [Fact]
    public void Two_versions_differ_by_name_shape_and_digest_wherever_their_tensors_lie()
    {
        var before = Report(("1.safetensors", [("same", "F16", [2]), ("gone", "F16", [1]), ("wide", "F16", [8]), ("typed", "F16", [2])]));
        var after = Report(("2.safetensors", [("same", "F16", [2]), ("new", "F16", [1]), ("wide", "F16", [4, 2]), ("typed", "BF16", [2])]));
        var difference = Difference(before, after)!;
        Assert.Equal(new NamedTensors(1, ["new"]), difference.Added);
        Assert.Equal(new NamedTensors(1, ["gone"]), difference.Removed);
        Assert.Equal(new NamedTensors(2, ["wide", "typed"]), difference.Reshaped);
        Assert.Equal(new NamedTensors(0, []), difference.Changed);
    }

    [Fact]
    public void A_tensor_with_other_bytes_is_changed_and_one_that_moved_is_not()
    {
        var before = Report(("1.safetensors", [("a", "F16", [128]), ("b", "F16", [128])]));
        var swapped = Report(("2.safetensors", [("b", "F16", [128]), ("a", "F16", [128])]));
        var trained = Report(name => (byte)(name == "a" ? 1 : name[0]), ("1.safetensors", [("a", "F16", [128]), ("b", "F16", [128])]));
        Assert.Equal(new NamedTensors(0, []), Difference(before, swapped)!.Changed);
        Assert.Equal(new NamedTensors(1, ["a"]), Difference(before, trained)!.Changed);
    }

    [Fact]
    public void A_name_that_comes_twice_is_compared_file_by_file()
    {
        var before = Report(("a.safetensors", [("w", "F16", [1])]), ("b.safetensors", [("w", "F16", [2])]));
        var without = Difference(before, Report(("a.safetensors", [("w", "F16", [1])])))!;
        Assert.Equal((0, 1, 0, 0), (without.Added.Count, without.Removed.Count, without.Reshaped.Count, without.Changed.Count));

        // What was in one file is now in the other: loaders of b read what they did not.
        var moved = Difference(before, Report(("0.safetensors", [("w", "F16", [1])]), ("a.safetensors", [("w", "F16", [2])])))!;
        Assert.Equal((1, 1, 1, 0), (moved.Added.Count, moved.Removed.Count, moved.Reshaped.Count, moved.Changed.Count));
    }

    [Fact]
    public void A_version_without_tensors_has_lost_them_all()
    {
        var before = Report(("a.safetensors", [("w", "F16", [1]), ("v", "F16", [1])]));
        Assert.Equal(2, Difference(before, Report(("a.safetensors", [])))!.Removed.Count);
        Assert.Null(Difference(Report(("a.safetensors", [])), Report(("a.safetensors", []))));
    }

    /// <summary>No bytes, and factors before the zero whose product no integer holds.</summary>
    [Fact]
    public void A_shape_with_a_zero_behind_the_largest_dimensions_has_no_elements()
    {
        byte[] dimension = [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
        byte[] tensor = [.. dimension, .. dimension, .. dimension, 0x08, 0, 0x10, 1, 0x4A, 0, 0x42, 1, (byte)'w'];
        byte[] graph = [0x12, 1, (byte)'g', 0x2A, (byte)tensor.Length, .. tensor];
        var inspection = Inspected.File("m.onnx", [0x08, 8, 0x3A, (byte)graph.Length, .. graph, 0x42, 2, 0x10, 17]);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal([1L << 62, 1L << 62, 1L << 62, 0], Assert.Single(inspection.TensorRows).Shape);
    }

    [Fact]
    public void Names_of_a_difference_are_bounded()
    {
        var many = Enumerable.Range(0, 1000).Select(i => ($"t{i}", "F16", new long[] { 1 })).ToArray();
        var added = Difference(Report(("1.safetensors", [("a", "F16", [1])])), Report(("1.safetensors", many)))!.Added;
        Assert.Equal((1000, NamedTensors.MaximumNames), (added.Count, added.Names.Count));
    }

    private static Digest Of(byte[] file, int at, int length) => Digest.FromHash(SHA256.HashData(file.AsSpan(at, length)));

    private static Version Report(params (string Path, (string, string, long[])[] Tensors)[] files) => Report(name => (byte)name[0], files);

    /// <param name="fill">The byte that a tensor is full of, by its name.</param>
    /// <param name="files">The checkpoint.</param>
    private static Version Report(Func<string, byte> fill, params (string Path, (string Name, string Type, long[] Shape)[] Tensors)[] files)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        foreach (var (path, tensors) in files)
        {
            var file = SafetensorsFiles.Of(tensors);
            var at = file.Length;
            foreach (var (name, _, shape) in tensors.Reverse())
            {
                var bytes = 2 * (int)shape.Aggregate(1L, (a, b) => a * b);
                file.AsSpan(at -= bytes, bytes).Fill(fill(name));
            }

            artifact.Add(Inspected.File(path, file), "safetensors");
        }

        var inspection = artifact.Complete();
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        var manifest = Manifest.Create(
            new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Checkpoint, "org/model", "1")), "", "alice", "to test", "", ""),
            inspection.Files.Select(f => new ManifestFile(f.Path, f.Bytes, Digest.Of([]), "safetensors")));
        return new(Value(manifest), inspection.ToReport(default).Report);
    }

    private static TensorDifference? Difference(Version before, Version after) => TensorDifference.Between(before.Manifest, before.Report, after.Manifest, after.Report);

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    private sealed record Version(Manifest Manifest, InspectionReport Report);
}
