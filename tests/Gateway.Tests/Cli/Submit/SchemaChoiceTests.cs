using Gateway.Cli;
using Gateway.Cli.Submit;
using Gateway.Core.Manifests;
using Gateway.Tests.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Cli.Submit;

public sealed class SchemaChoiceTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public SchemaChoiceTests()
    {
        foreach (var name in (string[])["a.jsonl", "b.ndjson", "c=d.jsonl", "one.json", "two.json", "e.csv"])
        {
            directory.Write(name, "{}");
        }
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public void One_schema_is_for_all_lines_and_one_for_a_file_goes_before()
    {
        var choice = Of("a.jsonl=two.json", "one.json");
        Assert.Equal("two.json", choice.For(Inspected.Path("a.jsonl"))?.Value);
        Assert.Equal("one.json", choice.For(Inspected.Path("b.ndjson"))?.Value);
        Assert.Equal("one.json", choice.For(Inspected.Path("c=d.jsonl"))?.Value);
        Assert.Null(choice.For(Inspected.Path("e.csv")));
        Assert.Equal(Of("one.json", "a.jsonl=two.json").Text, choice.Text);
        Assert.Equal("", Of().Text);
    }

    [Theory]
    [InlineData("three.json")]
    [InlineData("e.csv")]
    [InlineData("e.csv=one.json")]
    [InlineData("x.jsonl=one.json")]
    [InlineData("a.jsonl=b.ndjson")]
    [InlineData("a.jsonl=../one.json")]
    [InlineData("=")]
    public async Task What_is_not_in_the_artifact_or_cannot_be_one_is_wrong_usage(string option)
    {
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandStop>(() => Of(option)).Code);
        using var run = new CommandLineRun();
        Assert.Equal(
            ExitCode.Usage,
            await run.RunAsync("submit", directory.Path, "--name", "a/b", "--version", "1", "--kind", "dataset", "--to", "e", "--reason", "r", "--schema", option));
        Assert.Contains($"--schema {option}", run.Errors, StringComparison.Ordinal);
    }

    private SchemaChoice Of(params string[] options) =>
        SchemaChoice.Of(options, ArtifactTree.Walk(directory.Path, new PathFilter([], []), default).Succeeded(out var tree, out _) ? tree : throw new InvalidOperationException());
}
