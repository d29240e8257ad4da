using Gateway.Cli;
using Gateway.Cli.Contexts;
using Xunit;

namespace Gateway.Tests.Cli.Contexts;

public sealed class ContextsFileTests : IDisposable
{
    private const string Entry = """{"low":"https://h:1","certificate":"c.pem","key":"k.pem","authority":"/etc/ca.pem"}""";

    private readonly TemporaryDirectory directory = new();
    private readonly CommandLineRun run = new();

    public void Dispose()
    {
        run.Dispose();
        directory.Dispose();
    }

    [Fact]
    public void The_option_wins_over_the_variable_and_the_variable_over_the_file()
    {
        Write($$"""{"current":"a","contexts":{"a":{{Entry}},"b":{{Entry}},"c":{{Entry}} } }""");
        Assert.Equal("a", ContextsFile.Read(run.Environment, null).Name);

        run.Variables["GATEWAY_CONTEXT"] = "b";
        Assert.Equal("b", ContextsFile.Read(run.Environment, null).Name);
        Assert.Equal("c", ContextsFile.Read(run.Environment, "c").Name);
    }

    [Fact]
    public void Paths_are_relative_to_the_file()
    {
        Write($$"""{"current":"a","contexts":{"a":{{Entry}} } }""");

        var context = ContextsFile.Read(run.Environment, null);

        Assert.Equal(directory["c.pem"], context.Certificate);
        Assert.Equal("/etc/ca.pem", context.Authority);
        Assert.Null(context.SigningKey);
    }

    [Fact]
    public void The_file_is_looked_for_in_the_home_directory()
    {
        run.Variables["HOME"] = "/home/alice";
        Assert.Equal("/home/alice/.config/gateway/contexts.json", ContextsFile.Locate(run.Environment));

        run.Variables["XDG_CONFIG_HOME"] = "/elsewhere";
        Assert.Equal("/elsewhere/gateway/contexts.json", ContextsFile.Locate(run.Environment));
    }

    [Theory]
    [InlineData("""{"contexts":{}}""", "no context: give --context")]
    [InlineData("""{"current":"x","contexts":{}}""", "no context x")]
    [InlineData("""{"current":"a","contexts":{},"currnet":"a"}""", "not a contexts file")]
    [InlineData("""{"current":"a","current":"b","contexts":{}}""", "not a contexts file")]
    [InlineData("""{"current":"a","contexts":{"a":{"certificate":"c"}}}""", "not a contexts file")]
    [InlineData("""{"current":"a","contexts":{"a":{"certificate":"c","key":"k","authority":"x","trustRootSha256":"ABC"}}}""", "trustRootSha256")]
    [InlineData("no json", "not a contexts file")]
    public void What_is_wrong_with_the_file_is_said_as_wrong_configuration(string text, string said)
    {
        Write(text);

        var stop = Assert.Throws<CommandStop>(() => ContextsFile.Read(run.Environment, null));

        Assert.Equal(ExitCode.Usage, stop.Code);
        Assert.Contains(said, stop.Message, StringComparison.Ordinal);
    }

    private void Write(string text) => run.Variables["GATEWAY_CONTEXTS"] = directory.Write("contexts.json", text);
}
