using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class ArtifactInspectorTests
{
    private const string Index = "model.safetensors.index.json";
    private static readonly byte[] Shard1 = SafetensorsFiles.Of([("a", "F16", [2]), ("b", "F16", [3])]);
    private static readonly byte[] Shard2 = SafetensorsFiles.Of([("c", "BF16", [4])]);

    private const string GoodIndex =
        """{"metadata":{"total_size":18},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}}""";

    [Fact]
    public void A_checkpoint_whose_index_and_shards_agree_is_accepted()
    {
        var inspection = Checkpoint(GoodIndex);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("tensors", "3"), inspection.Totals);
        Assert.Contains(new SummaryEntry("parameters", "9"), inspection.Totals);
        Assert.Contains(new SummaryEntry("formats", "safetensors x2, safetensors-index x1"), inspection.Totals);
        Assert.Contains("meaning of tensors", inspection.NotChecked);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors"}}""", true)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","c":"m-2.safetensors"}}""", false)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-1.safetensors"}}""", false)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-3.safetensors"}}""", false)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"../m-2.safetensors"}}""", false)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"model.safetensors.index.json"}}""", false)]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors","d":"m-2.safetensors"}}""", false)]
    [InlineData("""{"metadata":{"total_size":19},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}}""", false)]
    public void An_index_agrees_with_every_shard_it_names_or_is_refused(string index, bool accepted)
    {
        var inspection = Checkpoint(index);
        Assert.Equal(accepted ? null : RefusalCode.IndexMismatch, inspection.Refusal?.Code);
        Assert.All(inspection.Files.Where(f => f.Path.Value != Index), f => Assert.True(f.Accepted));
    }

    [Fact]
    public void An_index_speaks_of_its_own_directory()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        artifact.Add(Inspected.File("m-1.safetensors", Shard1), "safetensors");
        artifact.Add(Inspected.File("unet/m-1.safetensors", Shard2), "safetensors");
        artifact.Add(Inspected.File($"unet/{Index}", """{"weight_map":{"c":"m-1.safetensors"}}"""u8), "safetensors-index");
        Assert.True(artifact.Complete().Accepted);
    }

    [Theory]
    [InlineData(ArtifactKind.Checkpoint, "config.json", "{}", RefusalCode.KindMismatch)]
    [InlineData(ArtifactKind.Checkpoint, "train.jsonl", "{}\n", RefusalCode.KindMismatch)]
    [InlineData(ArtifactKind.Dataset, "train.jsonl", "{}\n", null)]
    [InlineData(ArtifactKind.Dataset, "a.csv", "a,b\n", null)]
    [InlineData(ArtifactKind.Dataset, "README.md", "Words\n", null)]
    public void The_kind_agrees_with_the_formats(ArtifactKind kind, string path, string content, RefusalCode? refusal)
    {
        var artifact = new ArtifactInspector(kind);
        artifact.Add(Inspected.File(path, System.Text.Encoding.UTF8.GetBytes(content)), FormatGuess.FromName(path).Name());
        Assert.Equal(refusal, artifact.Complete().Refusal?.Code);
    }

    [Fact]
    public void A_dataset_with_weights_is_refused_as_a_dataset()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(Inspected.File("m.safetensors", Shard1), "safetensors");
        artifact.Add(Inspected.File("train.jsonl", "{}\n"u8), "jsonl");
        var inspection = artifact.Complete();
        Assert.Equal(RefusalCode.KindMismatch, inspection.Refusal?.Code);
        Assert.Equal(["KIND_MISMATCH"], inspection.Findings.Select(f => f.Code));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("unknown")]
    [InlineData("JSON")]
    [InlineData("")]
    public void The_declared_format_is_the_one_found(string declared)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(Inspected.File("a.json", "{}"u8), declared);
        Assert.Equal(RefusalCode.FormatMismatch, artifact.Complete().Refusal?.Code);
    }

    [Fact]
    public void A_file_that_is_refused_refuses_the_artifact_for_its_own_reason()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        artifact.Add(Inspected.File("model.pkl", "cos\nsystem\n(S'id'\ntR."u8), "unknown");
        artifact.Add(Inspected.File("notes.txt", "Words\n"u8), "text");
        var inspection = artifact.Complete();
        Assert.Equal(RefusalCode.PickleRefused, inspection.Refusal?.Code);
        Assert.StartsWith("model.pkl: ", inspection.Refusal?.Detail, StringComparison.Ordinal);
        Assert.Empty(inspection.Findings);
    }

    [Fact]
    public void Rows_are_summed_over_files()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(Inspected.File("a.csv", "a\nb\n"u8), "csv");
        artifact.Add(Inspected.File("b.jsonl", "{}\n"u8), "jsonl");
        Assert.Contains(new SummaryEntry("rows", "3"), artifact.Complete().Totals);
    }

    private static ArtifactInspection Checkpoint(string index)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Checkpoint);
        artifact.Add(Inspected.File("m-1.safetensors", Shard1), "safetensors");
        artifact.Add(Inspected.File("m-2.safetensors", Shard2), "safetensors");
        artifact.Add(Inspected.File(Index, System.Text.Encoding.UTF8.GetBytes(index)), "safetensors-index");
        return artifact.Complete();
    }
}
