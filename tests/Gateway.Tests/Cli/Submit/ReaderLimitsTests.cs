using Gateway.Cli.Submit;
using Xunit;

namespace Gateway.Tests.Cli.Submit;

public sealed class ReaderLimitsTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(50_000_000_000, 0)]
    [InlineData(50_000_000_001, 1)]
    public void File_that_no_hub_client_takes_is_warned_of(long bytes, int warnings)
    {
        using (var file = File.Create(directory["model.safetensors"]))
        {
            // Holes, no bytes: the disk need not have them.
            file.SetLength(bytes);
        }

        Assert.True(ArtifactTree.Walk(directory.Path, new PathFilter([], []), TestContext.Current.CancellationToken).Succeeded(out var tree, out var refusal), refusal?.ToString());
        Assert.Equal(warnings, ReaderLimits.WarningsOf(tree).Count);
        Assert.All(ReaderLimits.WarningsOf(tree), warning => Assert.StartsWith("model.safetensors has ", warning, StringComparison.Ordinal));
    }
}
