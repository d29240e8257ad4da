using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Trust;
using Xunit;

namespace Gateway.Tests.Core.Trust;

public sealed class KeyTests
{
    private const string Passphrase = "correct horse battery staple";

    [Theory]
    [InlineData(KeyKind.EcdsaP384)]
    [InlineData(KeyKind.Ed25519)]
    public void A_key_survives_its_pem_with_and_without_a_passphrase(KeyKind kind)
    {
        using var key = SigningKey.Generate(kind);
        foreach (var passphrase in new[] { null, Passphrase })
        {
            var pem = key.ToPem(passphrase);
            Assert.Equal(passphrase is not null, SigningKey.IsEncrypted(pem));
            using var read = TrustedSite.Value(SigningKey.FromPem(pem, passphrase));
            Assert.Equal(key.Public, read.Public);
            Assert.True(key.Public.Verify("data"u8, read.Sign("data"u8)));
        }

        Assert.Equal(key.Public, TrustedSite.Value(PublicKey.FromPem(key.Public.ToPem())));
    }

    [Fact]
    public void A_key_is_refused_with_a_wrong_missing_or_needless_passphrase()
    {
        using var key = SigningKey.Generate(KeyKind.Ed25519);
        var encrypted = key.ToPem(Passphrase);
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem(encrypted, "another")));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem(encrypted, null)));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem(key.ToPem(null), Passphrase)));
    }

    [Fact]
    public void Other_kinds_of_key_are_refused()
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem(p256.ExportPkcs8PrivateKeyPem(), null)));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem(rsa.ExportPkcs8PrivateKeyPem(), null)));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki(p256.ExportSubjectPublicKeyInfo())));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(SigningKey.FromPem("no key", null)));
    }

    /// <summary>Two spellings of a key would be two keys to whoever counts them.</summary>
    [Fact]
    public void Another_spelling_of_the_same_key_is_refused()
    {
        using var key = SigningKey.Generate(KeyKind.EcdsaP384);
        var spki = key.Public.Spki.ToArray();
        var compressed = (byte[])[.. spki[..23], (byte)(2 + (spki[^1] & 1)), .. spki[24..72]];
        compressed[1] = (byte)(compressed.Length - 2);
        compressed[21] = (byte)(compressed.Length - 22);
        var longLength = (byte[])[0x30, 0x81, .. spki[1..]];
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki(compressed)));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki(longLength)));
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki([.. spki, 0])));
    }

    /// <summary>The neutral element "verifies" signatures that nobody made.</summary>
    [Fact]
    public void An_ed25519_key_of_small_order_is_refused()
    {
        byte[] prefix = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];
        byte[] neutral = [1, .. new byte[31]];
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki([.. prefix, .. neutral])));
    }

    [Fact]
    public void A_point_beside_the_curve_is_refused()
    {
        using var key = SigningKey.Generate(KeyKind.EcdsaP384);
        var spki = key.Public.Spki.ToArray();
        spki[^1] ^= 1;
        Assert.Equal(RefusalCode.KeyInvalid, TrustedSite.CodeOf(PublicKey.FromSpki(spki)));
    }

    /// <summary>RFC 8032, 7.1, test 3.</summary>
    [Fact]
    public void Ed25519_agrees_with_its_specification()
    {
        var key = TrustedSite.Value(PublicKey.FromSpki(Convert.FromHexString(
            "302a300506032b6570032100fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")));
        var signature = Convert.FromHexString(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
        Assert.True(key.Verify([0xaf, 0x82], signature));
        Assert.False(key.Verify([0xaf, 0x83], signature));
    }

    [Fact]
    public void No_signature_but_the_true_one_verifies_and_none_throws() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 1]).Sample((signature, which) =>
            !(which == 0 ? TrustedSite.Alice : TrustedSite.Carol).Public.Verify("data"u8, signature));

    [Fact]
    public void A_signature_with_any_bit_changed_is_refused()
    {
        foreach (var key in new[] { TrustedSite.Alice, TrustedSite.Carol })
        {
            var data = Encoding.UTF8.GetBytes("release");
            var signature = key.Sign(data);
            for (var bit = 0; bit < signature.Length * 8; bit++)
            {
                var changed = signature.ToArray();
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.False(key.Public.Verify(data, changed));
            }
        }
    }
}
