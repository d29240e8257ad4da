using System.Security.Cryptography.X509Certificates;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Hosting.Keys;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class KeyFileTests : IDisposable
{
    private static readonly UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_trust_root_is_believed_by_its_digest_only()
    {
        var (file, digest) = WriteRoot(development: false);
        Assert.Equal(digest, TrustRootFile.Read(new TrustRootOptions(file, digest), clock).OrRefuse().Digest);
        Assert.Equal(
            RefusalCode.TrustRootInvalid, TrustRootFile.Read(new TrustRootOptions(file, Digest.Of([1])), clock).Refusal?.Code);
    }

    [Fact]
    public void A_throwaway_root_is_for_development_only()
    {
        var (file, digest) = WriteRoot(development: true);
        Assert.Equal(RefusalCode.TrustRootForDevelopment, TrustRootFile.Read(new TrustRootOptions(file, digest), clock).Refusal?.Code);
        Assert.True(TrustRootFile.Read(new TrustRootOptions(file, digest, AllowDevelopment: true), clock).OrRefuse().IsDevelopment);
    }

    [Fact]
    public void An_expired_root_is_refused()
    {
        var (file, digest) = WriteRoot(development: false);
        clock.Advance(TimeSpan.FromDays(31));
        Assert.Equal(RefusalCode.TrustRootExpired, TrustRootFile.Read(new TrustRootOptions(file, digest), clock).Refusal?.Code);
    }

    [Fact]
    public void A_signing_key_opens_with_the_first_line_of_its_passphrase_file()
    {
        using var key = SigningKey.Generate(KeyKind.EcdsaP384);
        var options = new SigningKeyOptions(WriteSecret("key.pem", key.ToPem("correct horse")), WriteSecret("passphrase", "correct horse\nsecond line\n"));
        using var read = SigningKeyFile.Read(options).OrRefuse();
        Assert.Equal(key.Public.KeyId, read.Public.KeyId);
    }

    [Fact]
    public void A_wrong_passphrase_or_missing_file_is_refused()
    {
        using var key = SigningKey.Generate(KeyKind.Ed25519);
        var file = WriteSecret("key.pem", key.ToPem("correct horse"));
        Assert.Equal(RefusalCode.KeyInvalid, SigningKeyFile.Read(new SigningKeyOptions(file, WriteSecret("passphrase", "wrong"))).Refusal?.Code);
        Assert.Equal(RefusalCode.KeyInvalid, SigningKeyFile.Read(new SigningKeyOptions(file)).Refusal?.Code);
        Assert.Equal(RefusalCode.KeyInvalid, SigningKeyFile.Read(new SigningKeyOptions(directory["missing"])).Refusal?.Code);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_that_others_can_touch_is_refused(UnixFileMode extra)
    {
        using var key = SigningKey.Generate(KeyKind.Ed25519);
        var file = WriteSecret("key.pem", key.ToPem(null));
        Chmod(file, OwnerOnly | extra);
        var refusal = SigningKeyFile.Read(new SigningKeyOptions(file)).Refusal;
        Assert.Equal(RefusalCode.KeyInvalid, refusal?.Code);
        Assert.Contains("chmod 600", refusal?.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_not_the_certificates_is_refused()
    {
        using var site = new SiteCertificates("Site", clock.GetUtcNow());
        using var one = site.Client();
        using var other = site.Client();
        var certificate = directory.Write("server.pem", one.ExportCertificatePem());
        var key = directory.Write("server.key", other.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var refusal = PemFiles.ReadServerCertificate(new TlsOptions(certificate, key, certificate)).Refusal;
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal?.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_file_without_certificates_is_refused(string text) =>
        Assert.Equal(RefusalCode.ConfigurationInvalid, PemFiles.ReadCertificates(directory.Write("ca.pem", text)).Refusal?.Code);

    [Fact]
    public void Intermediates_follow_the_server_certificate()
    {
        using var site = new SiteCertificates("Site", clock.GetUtcNow());
        using var leaf = site.Client();
        var certificate = directory.Write("server.pem", leaf.ExportCertificatePem() + "\n" + site.AuthorityPem);
        var key = directory.Write("server.key", leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var server = PemFiles.ReadServerCertificate(new TlsOptions(certificate, key, certificate)).OrRefuse();
        Assert.Equal(leaf.Thumbprint, server.Leaf.Thumbprint);
        Assert.True(server.Leaf.HasPrivateKey);
        Assert.Equal(site.AuthorityPem.Trim(), server.Intermediates.Single().ExportCertificatePem().Trim());
    }

    public void Dispose() => directory.Dispose();

    private static void Chmod(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private string WriteSecret(string name, string text)
    {
        var path = directory.Write(name, text);
        Chmod(path, OwnerOnly);
        return path;
    }

    private (string File, Digest Digest) WriteRoot(bool development)
    {
        using var first = SigningKey.Generate(KeyKind.Ed25519);
        using var second = SigningKey.Generate(KeyKind.EcdsaP384);
        var draft = TrustRootDraft.Start("site", development, clock.GetUtcNow().AddDays(30), [first.Public, second.Public], 2)
            .With(new TrustedClass("internal", 2));
        var envelope = Envelope.Sign(draft.ToPayload().OrRefuse(), first, second);
        File.WriteAllBytes(directory["root.dsse.json"], envelope.ToBytes());
        return (directory["root.dsse.json"], envelope.PayloadDigest);
    }
}
