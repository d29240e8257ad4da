using System.Text;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Tests.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Manifests;

public sealed class ReleaseTests
{
    private static readonly Release Sample = TrustedSite.ReleaseOf(Signed(TrustedSite.ManifestBy(), Alice));

    [Theory]
    [InlineData("\"sequence\":7", "\"sequence\":0")]
    [InlineData("\"sequence\":7", "\"sequence\":7,\"extra\":0")]
    [InlineData("\"sequence\":7", "\"sequence\":7,\"sequence\":7")]
    [InlineData("\"files\":3", "\"files\":0")]
    [InlineData("\"files\":3", "\"files\":200001")]
    [InlineData("\"destination\":\"enclave-a\"", "\"destination\":\"\"")]
    [InlineData("\"destination\":\"enclave-a\"", "\"destination\":\"enclave/a\"")]
    [InlineData("\"notBefore\":\"2026-01-31T11:00:00Z\"", "\"notBefore\":\"2026-01-31T11:00:00+00:00\"")]
    [InlineData("\"notBefore\":\"2026-01-31T11:00:00Z\"", "\"notBefore\":\"2026-01-31T11:00:00.0Z\"")]
    [InlineData("\"notBefore\":\"2026-01-31T11:00:00Z\"", "\"notBefore\":\"2027-01-31T11:00:00Z\"")]
    [InlineData("\"transferId\":\"0190", "\"transferId\":\"019X")]
    [InlineData("\"kind\":\"checkpoint\",\"name\"", "\"name\"")]
    [InlineData("\"policyVersion\":3", "\"policyVersion\":03")]
    public void Another_spelling_or_schema_is_refused(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Sample.ToPayload());
        var changed = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Release.Parse(Encoding.UTF8.GetBytes(changed))));
    }

    [Fact]
    public void Instants_are_signed_in_whole_seconds()
    {
        var context = Context with { NotBefore = Now.AddMilliseconds(700), NotAfter = Now.AddDays(1).ToOffset(TimeSpan.FromHours(2)) };
        var manifest = Signed(TrustedSite.ManifestBy(), Alice);
        var release = ReleaseBinding.Build(manifest, Inspected(manifest.Digest), context);
        Assert.Equal(release, Value(Release.Parse(release.ToPayload())));
        Assert.Equal(Now, release.NotBefore);
    }

    [Fact]
    public void Validity_has_a_longest_time()
    {
        var longest = Sample with { NotAfter = Sample.NotBefore.AddDays(Release.MaximumValidityDays) };
        var text = Encoding.UTF8.GetString(longest.ToPayload());
        Assert.Equal(longest, Value(Release.Parse(Encoding.UTF8.GetBytes(text))));
        var longer = text.Replace("\"notAfter\":\"2026-03-03T11:00:00Z\"", "\"notAfter\":\"2026-03-03T11:00:01Z\"", StringComparison.Ordinal);
        Assert.NotEqual(text, longer);
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Release.Parse(Encoding.UTF8.GetBytes(longer))));
    }

    [Fact]
    public void What_no_reader_accepts_is_not_written() =>
        Assert.Throws<InvalidOperationException>(() => (Sample with { NotAfter = Sample.NotBefore }).ToPayload());
}
