using Gateway.Core;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests;

public sealed class ArtifactNameTests
{
    [Theory]
    [InlineData("org/name", "1", true)]
    [InlineData("org/name", "current", false)]
    [InlineData("org/name", "CURRENT", false)]
    [InlineData("org/name", "_success", false)]
    [InlineData("../name", "1", false)]
    [InlineData("org/name/more", "1", false)]
    [InlineData("org/", "1", false)]
    [InlineData("org/näme", "1", false)]
    [InlineData("org/-name", "1", false)]
    public void Name_is_accepted_or_refused(string name, string version, bool accepted)
    {
        var outcome = ArtifactName.Parse(ArtifactKind.Checkpoint, name, version);
        Assert.Equal(accepted, outcome.Succeeded(out _, out var refusal));
        Assert.Equal(accepted ? null : RefusalCode.NameInvalid, refusal?.Code);
    }
}
