using Gateway.Core;

namespace Gateway.Hosting.Configuration;

/// <summary>Certificates of the service, all PEM.</summary>
/// <param name="Certificate">The server certificate, followed by its intermediates.</param>
/// <param name="Key">Its private key, PKCS#8.</param>
/// <param name="ClientAuthority">The authorities that issue client certificates.</param>
public sealed record TlsOptions(
    [property: PathRule(PathKind.ExistingFile)] string Certificate,
    [property: PathRule(PathKind.ExistingFile)] string Key,
    [property: PathRule(PathKind.ExistingFile)] string ClientAuthority);

/// <summary>Where the service keeps what it stores, and how much of it.</summary>
/// <param name="Root">Directory of its own.</param>
/// <param name="MinimumFreeBytes">Bytes that stay free; new work is refused before they are touched.</param>
/// <param name="MaximumArtifactBytes">Largest artifact that is taken.</param>
public sealed record StorageOptions(
    [property: PathRule(PathKind.OwnDirectory)] string Root,
    [property: Limit(64L << 20, 1L << 50, "bytes", "the catalog and its log need room when all else is full")]
    long MinimumFreeBytes = 1L << 30,
    [property: Limit(1, 1L << 50, "bytes", "a petabyte is beyond what one file system here holds")]
    long MaximumArtifactBytes = 8L << 40);

/// <summary>The trust root that was installed by hand.</summary>
/// <param name="File">The signed trust root, a DSSE envelope.</param>
/// <param name="Sha256">Digest of its payload, compared out of band before it was written here.</param>
/// <param name="AllowDevelopment">Whether a throwaway root of <c>gateway dev</c> or <c>demo</c> may be used.</param>
public sealed record TrustRootOptions(
    [property: PathRule(PathKind.ExistingFile)] string File,
    Digest Sha256,
    bool AllowDevelopment = false);

/// <summary>The policy bundle that was installed by hand.</summary>
/// <param name="Directory">Directory of the bundle.</param>
/// <param name="Sha256">Digest of the bundle, as <c>gateway policy check</c> prints it.</param>
public sealed record PolicyOptions(
    [property: PathRule(PathKind.ExistingDirectory)] string Directory,
    Digest Sha256);

/// <summary>A signing key of the service.</summary>
/// <param name="File">PKCS#8 in PEM.</param>
/// <param name="PassphraseFile">File whose first line is the passphrase; left out for a key that is not encrypted.</param>
public sealed record SigningKeyOptions(
    [property: PathRule(PathKind.ExistingFile)] string File,
    [property: PathRule(PathKind.ExistingFile)] string? PassphraseFile = null);

/// <summary>Where metrics and traces go.</summary>
/// <param name="OtlpEndpoint">Address of an OpenTelemetry collector; left out, nothing is exported.</param>
public sealed record TelemetryOptions([property: HttpAddressRule] string? OtlpEndpoint = null);
