using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Cli.Files;

namespace Gateway.Cli.Dev;

/// <summary>A certificate authority for one directory of <c>gateway dev</c>; production certificates come from the site's PKI.</summary>
internal sealed class ThrowawayAuthority
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>How long its certificates are valid: as long as the trust root beside them.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromDays(90);

    private readonly string directory;
    private readonly X509Certificate2 authority;
    private readonly TimeProvider time;

    private ThrowawayAuthority(string directory, X509Certificate2 authority, TimeProvider time)
    {
        this.directory = directory;
        this.authority = authority;
        this.time = time;
    }

    /// <summary>Makes the authority and writes <c>ca.pem</c>. Its key is kept in memory only: no certificate is added later.</summary>
    public static ThrowawayAuthority Create(string directory, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=gateway dev", key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddHours(-1), now + Validity);
        PrivateFile.Write(Path.Combine(directory, "ca.pem"), certificate.ExportCertificatePem());
        return new ThrowawayAuthority(directory, certificate, time);
    }

    /// <summary>Writes <c>{name}.crt.pem</c> and <c>{name}.key.pem</c> for a service on this machine.</summary>
    public void IssueServer(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        Issue(name, names, ServerAuthentication);
    }

    /// <summary>Writes <c>{name}.crt.pem</c> and <c>{name}.key.pem</c> for an identity of the trust root.</summary>
    public void IssueClient(string name, string urn)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(urn));
        Issue(name, names, ClientAuthentication);
    }

    private void Issue(string name, SubjectAlternativeNameBuilder names, string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], true));
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        // One minute inside the authority's own validity: a leaf that outlives its issuer is refused by some verifiers.
        using var certificate = request.Create(authority, now.AddMinutes(-59), now + Validity - TimeSpan.FromMinutes(1), RandomNumberGenerator.GetBytes(16));
        PrivateFile.Write(Path.Combine(directory, $"{name}.crt.pem"), certificate.ExportCertificatePem());
        PrivateFile.Write(Path.Combine(directory, $"{name}.key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
