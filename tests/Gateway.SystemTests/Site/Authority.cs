using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.SystemTests.Site;

/// <summary>A certificate authority of the test's own, in the place of the site's PKI.</summary>
internal sealed class Authority : IDisposable
{
    private readonly X509Certificate2 root;
    private readonly string directory;

    public Authority(string directory)
    {
        this.directory = directory;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=gateway test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        root = request.CreateSelfSigned(Start, Start.AddDays(30));
        CertificateFile = Path.Combine(directory, "ca.pem");
        File.WriteAllText(CertificateFile, root.ExportCertificatePem());
    }

    public string CertificateFile { get; }

    private static DateTimeOffset Start => TimeProvider.System.GetUtcNow().AddDays(-1);

    /// <summary>Issues a certificate for `urn:gateway:…`, good for both ends of TLS wherever the services of a test listen; returns certificate and key files.</summary>
    public (string Certificate, string Key) Issue(string urn)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + urn.Replace(':', '-'), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(urn));
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.Parse(Diode.LowService));
        names.AddIpAddress(IPAddress.Parse(Diode.HighService));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(root, Start, Start.AddDays(20), RandomNumberGenerator.GetBytes(12));
        var stem = Path.Combine(directory, string.Join('-', urn.Split(':')[^2..]));
        File.WriteAllText(stem + ".tls.pem", certificate.ExportCertificatePem());
        File.WriteAllText(stem + ".tls.key", key.ExportPkcs8PrivateKeyPem());
        return (stem + ".tls.pem", stem + ".tls.key");
    }

    public void Dispose() => root.Dispose();
}
