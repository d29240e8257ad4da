using Gateway.Cli.Imports;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

public sealed class ImportExecTests
{
    [Fact]
    public void Placeholders_are_filled_within_words_and_words_are_never_split()
    {
        var import = ImportView.Of(new Import
        {
            Name = "imports/0190a0b0c0d07000800000000000abcd",
            Artifact = new Artifact { Kind = ArtifactKind.Checkpoint, Name = "org/llm", Version = "1.0" },
            Path = "published/checkpoints/org/llm/1.0; rm -rf $HOME",
        });

        Assert.Equal(
            ["load", "--from={path}".Replace("{path}", import.Path, StringComparison.Ordinal), "org/llm@1.0", "checkpoint", "$(reboot)"],
            ImportExec.Fill(["load", "--from={path}", "{name}@{version}", "{kind}", "$(reboot)"], import));
    }
}
