using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Tests.Hosting;

/// <summary>A certificate authority of one test.</summary>
internal sealed class SiteCertificates : IDisposable
{
    internal const string ClientPurpose = "1.3.6.1.5.5.7.3.2";
    internal const string ServerPurpose = "1.3.6.1.5.5.7.3.1";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset now;
    private readonly X509Certificate2 authority;

    internal SiteCertificates(string name, DateTimeOffset now)
    {
        this.now = now;
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority = request.CreateSelfSigned(now.AddDays(-30), now.AddDays(300));
    }

    internal string AuthorityPem => authority.ExportCertificatePem();

    /// <summary>A certificate for a client, good for a day.</summary>
    internal X509Certificate2 Client(params string[] uris) => Issue(ClientPurpose, now.AddDays(1), uris);

    /// <summary>A certificate with an own purpose (null for none stated) and end.</summary>
    internal X509Certificate2 Issue(string? purpose, DateTimeOffset end, params string[] uris)
    {
        using var subjectKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=subject", subjectKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        foreach (var uri in uris)
        {
            names.AddUri(new Uri(uri));
        }

        request.CertificateExtensions.Add(names.Build());
        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        }

        using var signed = request.Create(authority, now.AddDays(-2), end, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(subjectKey);
    }

    public void Dispose()
    {
        authority.Dispose();
        key.Dispose();
    }
}
