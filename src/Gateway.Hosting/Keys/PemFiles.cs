using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Gateway.Core;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting.Keys;

/// <summary>A server certificate with its private key, and the intermediates that clients need beside it.</summary>
public sealed record ServerCertificate(X509Certificate2 Leaf, X509Certificate2Collection Intermediates);

/// <summary>Certificates in PEM files.</summary>
public static class PemFiles
{
    /// <summary>Largest file of certificates or keys, in bytes: a bundle of a hundred authorities fits.</summary>
    public const int MaximumBytes = 512 << 10;

    /// <summary>Reads the service's certificate chain and key. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/>.</summary>
    public static Outcome<ServerCertificate> ReadServerCertificate(TlsOptions options)
    {
        if (!ReadCertificates(options.Certificate).Succeeded(out var chain, out var refusal)
            || !ReadText(options.Key).Succeeded(out var key, out refusal))
        {
            return refusal;
        }

        try
        {
            var leaf = X509Certificate2.CreateFromPem(chain[0].ExportCertificatePem(), key);
            chain.RemoveAt(0);
            return new ServerCertificate(leaf, chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"{options.Key} is not the key of {options.Certificate}: {e.Message}");
        }
    }

    /// <summary>Reads one certificate or more. Refuses with <see cref="RefusalCode.ConfigurationInvalid"/>.</summary>
    public static Outcome<X509Certificate2Collection> ReadCertificates(string path)
    {
        if (!ReadText(path).Succeeded(out var text, out var refusal))
        {
            return refusal;
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(text);
            return certificates.Count > 0
                ? certificates
                : new Refusal(RefusalCode.ConfigurationInvalid, $"{path} holds no certificate");
        }
        catch (CryptographicException e)
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"{path} is not PEM of certificates: {e.Message}");
        }
    }

    internal static Outcome<string> ReadText(string path) =>
        BoundedFile.Read(path, MaximumBytes).Succeeded(out var bytes, out var refusal) ? Encoding.UTF8.GetString(bytes) : refusal;
}
