using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;

namespace Gateway.Hosting;

/// <summary>Decides in the TLS handshake whether a client certificate was issued for this by the configured authority.</summary>
/// <param name="authorities">Certificates that issue client certificates; the machine's own list of roots counts for nothing here.</param>
/// <param name="clock">Clock of this side.</param>
internal sealed class ClientCertificates(X509Certificate2Collection authorities, TimeProvider clock)
{
    /// <summary>id-kp-clientAuth, RFC 5280 section 4.2.1.12.</summary>
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>True for a certificate that chains to an authority, is valid now and states client authentication as its purpose.</summary>
    /// <param name="certificate">What the client presented.</param>
    /// <param name="presented">The chain that the handshake built; only its certificates are used, as candidates for intermediates.</param>
    internal bool Accept(X509Certificate2 certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities);
        if (presented is not null)
        {
            policy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        // Revocation is the trust root's: a person is taken out of it. A handshake fetches nothing from the network.
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ClientAuthentication));
        return StatesPurpose(certificate) && chain.Build(certificate);
    }

    // Chain building takes a missing extended key usage for any purpose.
    private static bool StatesPurpose(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == ClientAuthentication));
}
