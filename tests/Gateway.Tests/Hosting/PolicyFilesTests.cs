using Gateway.Core;
using Gateway.Hosting;
using Gateway.Tests.Core.Policy;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class PolicyFilesTests
{
    [Fact]
    public void The_bundle_that_the_configuration_names_decides()
    {
        Assert.True(PolicyFiles.Load(BundleText.ShippedDirectory, BundleText.Shipped().Digest).Succeeded(out var active, out _));
        using (active)
        {
            Assert.True(active.Decide(EngineFixture.Question with { Approvers = ["bob", "carol"] }).Permitted);
        }
    }

    [Fact]
    public void A_bundle_of_another_digest_is_refused_and_both_digests_are_named()
    {
        var expected = Digest.Of("another"u8);

        var refusal = PolicyFiles.Load(BundleText.ShippedDirectory, expected).Refusal;

        Assert.Equal(RefusalCode.PolicyInvalid, refusal?.Code);
        Assert.Contains(expected.Hex, refusal?.Detail, StringComparison.Ordinal);
        Assert.Contains(BundleText.Shipped().Digest.Hex, refusal?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_refused() =>
        Assert.Equal(RefusalCode.PolicyInvalid, PolicyFiles.Load("/nonexistent/policy", Digest.Of("x"u8)).Refusal?.Code);
}
