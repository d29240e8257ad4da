using System.Text;
using Gateway.Core;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Core.Trust;

/// <summary>Keys, trust roots and approvals that OpenSSL signed: whoever writes another implementation runs the same files.</summary>
public sealed class TrustVectorTests
{
    [Fact]
    public void Keys_of_openssl_are_read()
    {
        foreach (var vector in Vectors.Cases("trust/keys.json"))
        {
            using var key = TrustedSite.Value(SigningKey.FromPem(vector.Text("pem"), vector.GetProperty("passphrase").GetString()));
            Assert.Equal((vector.Text("name"), vector.Text("keyId")), (vector.Text("name"), key.Public.KeyId));
            Assert.Equal(vector.Text("kind"), KeyKindName.Of(key.Public.Kind));
            Assert.Equal(vector.Text("public"), key.Public.ToPem());
        }
    }

    [Fact]
    public void Trust_roots_are_accepted_or_refused_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("trust/trust-root.json"))
        {
            AssertOutcome(vector.Text("name"), vector.Text("expect"), TrustRoot.Open(Encoding.UTF8.GetBytes(vector.Text("root")), TrustedSite.Now).Refusal);
        }
    }

    [Fact]
    public void Approvals_count_or_do_not_as_the_vectors_say()
    {
        var root = TrustedSite.Value(TrustRoot.Open(Encoding.UTF8.GetBytes(Vectors.Member("trust/approvals.json", "root")), TrustedSite.Now));
        foreach (var vector in Vectors.Cases("trust/approvals.json"))
        {
            var manifest = TrustedSite.Value(SignedManifest.Open(Read(vector.Text("manifest")), root));
            AssertOutcome(vector.Text("name"), vector.Text("expect"), Approvals.Count(Read(vector.Text("release")), root, manifest, atLeast: 0).Refusal);
        }
    }

    private static Envelope Read(string text) => TrustedSite.Value(Envelope.Parse(Encoding.UTF8.GetBytes(text)));

    private static void AssertOutcome(string name, string expected, Refusal? refusal) =>
        Assert.Equal($"{name}: {expected}", $"{name}: {refusal?.Name ?? "accepted"}");
}
