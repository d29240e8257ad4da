using System.Text.Json;
using Gateway.Cli;
using Gateway.Tests.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Cli.Inspect;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();

    [Fact]
    public async Task A_directory_is_listed_in_the_order_of_a_manifest_in_the_stable_shape()
    {
        directory.Write("train.jsonl", "{}\n");
        directory.Write("README.md", "\u202e\n");

        Assert.Equal(ExitCode.Done, await RunAsync("inspect", directory.Path, "--json"));

        using var document = JsonDocument.Parse(output.ToString());
        var files = document.RootElement.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(["README.md", "train.jsonl"], files.Select(f => f.GetProperty("path").GetString()));
        Assert.Equal(["text", "jsonl"], files.Select(f => f.GetProperty("format").GetString()));
        Assert.All(files, f => Assert.True(f.GetProperty("accepted").GetBoolean()));
        var finding = Assert.Single(files[0].GetProperty("findings").EnumerateArray());
        Assert.Equal("BIDI_CONTROL", finding.GetProperty("code").GetString());
        Assert.Equal("warning", finding.GetProperty("severity").GetString());
        Assert.Equal(0, finding.GetProperty("offset").GetInt64());
        Assert.NotEqual("", finding.GetProperty("message").GetString());
        Assert.Equal("", errors.ToString());
    }

    [Fact]
    public async Task A_checkpoint_has_its_tensors_and_totals_in_the_document_and_on_the_screen()
    {
        File.WriteAllBytes(directory["m.safetensors"], SafetensorsFiles.Of(Enumerable.Range(0, 25).Select(i => ($"layer.{i}", "BF16", new long[] { 2, i }))));

        Assert.Equal(ExitCode.Done, await RunAsync("inspect", directory.Path, "--json"));

        using var document = JsonDocument.Parse(output.ToString());
        var root = document.RootElement;
        Assert.True(root.GetProperty("accepted").GetBoolean());
        Assert.Contains("dtype BF16", root.GetProperty("totals").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.NotEmpty(root.GetProperty("notChecked").EnumerateArray());
        var tensor = root.GetProperty("files")[0].GetProperty("tensors")[24];
        Assert.Equal("layer.24", tensor.GetProperty("name").GetString());
        Assert.Equal("BF16", tensor.GetProperty("dtype").GetString());
        Assert.Equal([2, 24], tensor.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()));
        Assert.Equal(96, tensor.GetProperty("bytes").GetInt64());
        Assert.Equal(64, tensor.GetProperty("sha256").GetString()!.Length);

        output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await RunAsync("inspect", directory.Path));
        Assert.DoesNotContain("layer.24", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("and 5 more tensors", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, await RunAsync("inspect", directory.Path, "--tensors"));
        Assert.Contains("layer.24", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("LICENSE", "cos\nsystem\n(S'id'\ntR.", "PICKLE_REFUSED")]
    [InlineData("run.txt", "#!/bin/sh\nid\n", "SOURCE_CODE_REFUSED")]
    [InlineData("config.json", "{\"a\":1,\"\\u0061\":2}", "FORMAT_MALFORMED")]
    public async Task A_file_that_does_not_cross_is_refused_by_code_on_the_last_line(string name, string content, string code)
    {
        Assert.Equal(ExitCode.Refused, await RunAsync("inspect", directory.Write(name, content), "--json"));

        using var document = JsonDocument.Parse(output.ToString());
        Assert.False(document.RootElement.GetProperty("files")[0].GetProperty("accepted").GetBoolean());
        Assert.StartsWith($"refused: {code}: ", errors.ToString().TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_file_says_of_itself_cannot_move_the_cursor()
    {
        Assert.Equal(ExitCode.Refused, await RunAsync("inspect", directory.Write("a.json", "{\"\\u001b[2J\":1,\"\\u001b[2J\":2}")));
        Assert.DoesNotContain('\u001b', output.ToString() + errors.ToString());
    }

    [Fact]
    public async Task An_index_that_its_directory_contradicts_is_refused()
    {
        directory.Write("model.safetensors.index.json", """{"weight_map":{"a":"absent.safetensors"}}""");
        Assert.Equal(ExitCode.Refused, await RunAsync("inspect", directory.Path));
        Assert.Contains("INDEX_MISMATCH", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, await RunAsync("inspect", directory["absent"]));

    public void Dispose()
    {
        directory.Dispose();
        output.Dispose();
        errors.Dispose();
    }

    private Task<int> RunAsync(params string[] arguments) => GatewayCommand.RunAsync(
        arguments,
        new CommandEnvironment
        {
            Out = output,
            Error = errors,
            In = TextReader.Null,
            OutIsTerminal = false,
            ErrorIsTerminal = false,
            InIsTerminal = false,
            Time = TimeProvider.System,
            Variable = _ => null,
        },
        TestContext.Current.CancellationToken);
}
