using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class FileInspectorTests
{
    [Fact]
    public void Too_few_or_too_many_bytes_are_a_bug_of_the_caller()
    {
        using var inspector = new FileInspector(Inspected.Path("a.txt"), 3, Inspected.Reader([]));
        Assert.Throws<InvalidOperationException>(() => inspector.Append("four"u8));
        inspector.Append("ab"u8);
        Assert.Throws<InvalidOperationException>(() => inspector.Complete());
    }

    [Theory]
    [InlineData("dir/model-00001-of-00002.safetensors", FileFormat.Safetensors)]
    [InlineData("model.safetensors.index.json", FileFormat.SafetensorsIndex)]
    [InlineData("text_encoder/Model.SafeTensors.Index.JSON", FileFormat.SafetensorsIndex)]
    [InlineData("pytorch_model.bin.index.json", FileFormat.Json)]
    [InlineData("tokenizer.json", FileFormat.Json)]
    [InlineData("train.jsonl", FileFormat.JsonLines)]
    [InlineData("train.ndjson", FileFormat.JsonLines)]
    [InlineData("x.npy", FileFormat.Npy)]
    [InlineData("x.csv", FileFormat.Csv)]
    [InlineData("LICENSE", FileFormat.Text)]
    [InlineData("LICENSE-CODE", FileFormat.Text)]
    [InlineData("merges.txt", FileFormat.Text)]
    [InlineData("dir.txt/x", FileFormat.Unknown)]
    [InlineData("x.npz", FileFormat.Npz)]
    [InlineData("x.zip", FileFormat.Unknown)]
    [InlineData("safetensors", FileFormat.Unknown)]
    [InlineData("LICENSE-x.bin", FileFormat.Unknown)]
    public void Names_claim_a_format(string path, FileFormat format) => Assert.Equal(format, FormatGuess.FromName(path));

    [Fact]
    public void Every_format_has_one_word_that_reads_back()
    {
        foreach (var format in Enum.GetValues<FileFormat>())
        {
            Assert.True(FileFormats.TryParse(format.Name(), out var parsed));
            Assert.Equal(format, parsed);
        }

        Assert.False(FileFormats.TryParse("JSON", out _));
        Assert.False(FileFormats.TryParse(null, out _));
    }

    [Fact]
    public void Names_quoted_in_messages_are_cut_and_escaped()
    {
        var name = new string('a', 500) + "\\u202e";
        var inspection = Inspected.File("a.json", System.Text.Encoding.UTF8.GetBytes($"{{\"{name}\":1,\"{name}\":2}}"));
        Assert.InRange(inspection.Findings[0].Message.Length, 1, 150);
        Assert.Contains("\\u{202e}", Inspected.File("a.json", "{\"\u202e\":1,\"\u202e\":2}"u8).Findings[0].Message, StringComparison.Ordinal);
    }
}
