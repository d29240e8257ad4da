using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Cli.Policy;
using Gateway.Cli.Signing;
using Gateway.Cli.Terminal;
using Gateway.Core;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at certificates, trust roots and policy bundles on disk, and at the disk.</summary>
internal static class FileExaminations
{
    /// <summary>What nobody but the owner may do to a secret.</summary>
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Time before expiry at which somebody should act: a site's PKI and a root-signing meeting take weeks.</summary>
    private static readonly TimeSpan ActBefore = TimeSpan.FromDays(21);

    public static Examination Certificate(string subject, string what, string file, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            return Expiry(subject, what, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), now, "have your site's PKI issue a new one");
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return Examination.Failed(subject, what, $"{file} cannot be read: {e.Message}");
        }
    }

    /// <summary>The root verifies, has the pinned digest, is not about to expire, and is not for development where that is not allowed.</summary>
    public static IEnumerable<Examination> TrustRoot(string subject, string file, Digest? digest, bool allowDevelopment, TimeProvider time)
    {
        Core.Trust.TrustRoot root;
        string? fault = null;
        try
        {
            root = PinnedTrustRoot.Open(file, digest, time);
        }
        catch (Exception e) when (e is CommandStop or IOException or UnauthorizedAccessException)
        {
            root = null!;
            fault = e.Message;
        }

        if (fault is not null)
        {
            yield return Examination.Failed(subject, "trust root", fault);
            yield break;
        }

        yield return Expiry(subject, "trust root", DateTimeOffset.MinValue, root.Expires, time.GetUtcNow(), "have the root keys sign a new version");
        yield return !root.IsDevelopment
            ? Examination.Ok(subject, "trust root's purpose", $"{root.Site} version {root.Version}")
            : allowDevelopment
                ? Examination.Warning(subject, "trust root's purpose", "made by gateway dev or demo, and allowed here: never for production")
                : Examination.Failed(subject, "trust root's purpose", "made by gateway dev or demo: install the site's own with gateway trust");
    }

    /// <summary>A private key or passphrase is there, may be read by who runs this, and by nobody else; a service's by its group too, as services take it.</summary>
    public static Examination Secret(string subject, string what, string file, bool groupMayRead, string wayOut = "gateway key generate makes one")
    {
        try
        {
            using var opened = File.OpenHandle(file);
            return (File.GetUnixFileMode(opened) & (groupMayRead ? Others : Others | UnixFileMode.GroupRead)) == 0
                ? Examination.Ok(subject, what, file)
                : Examination.Failed(subject, what, $"{file} is open to others: chmod 600 it and consider it known");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Examination.Failed(subject, what, $"{file} is not there: {wayOut}");
        }
        catch (UnauthorizedAccessException)
        {
            return Examination.Failed(subject, what, $"{file} may not be read: run doctor as the account that the service runs as");
        }
    }

    /// <summary>The bundle on disk is the one that is pinned.</summary>
    public static Examination PolicyDigest(string subject, string directory, string? pinned)
    {
        try
        {
            var bundle = PolicyDirectory.Read(directory);
            return bundle.Digest.Hex == pinned
                ? Examination.Ok(subject, "policy", $"{bundle.Name} version {bundle.Version}")
                : Examination.Failed(subject, "policy", $"{directory} has digest {bundle.Digest}, configured is {pinned}: install the same bundle on both sides");
        }
        catch (Exception e) when (e is CommandStop or IOException or UnauthorizedAccessException)
        {
            return Examination.Failed(subject, "policy", e.Message);
        }
    }

    /// <summary>More is free than must stay so.</summary>
    public static Examination FreeSpace(string subject, string directory, long minimum)
    {
        var existing = directory;
        while (!Directory.Exists(existing))
        {
            existing = Path.GetDirectoryName(existing)!;
        }

        var free = new DriveInfo(existing).AvailableFreeSpace;
        return free <= minimum
            ? Examination.Failed(subject, "free space", $"{Screen.Size(free)} at {directory}, and {Screen.Size(minimum)} must stay free: nothing is taken until space is freed")
            : free < minimum * 2
                ? Examination.Warning(subject, "free space", $"{Screen.Size(free)} at {directory}, of which {Screen.Size(minimum)} must stay free")
                : Examination.Ok(subject, "free space", $"{Screen.Size(free)} at {directory}");
    }

    private static Examination Expiry(string subject, string what, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now, string fix)
    {
        var date = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return now < from
            ? Examination.Failed(subject, what, $"not valid before {from:u}: is this machine's clock right?")
            : now >= until
                ? Examination.Failed(subject, what, $"expired on {date}: {fix}")
                : until - now < ActBefore
                    ? Examination.Warning(subject, what, $"expires on {date}: {fix}")
                    : Examination.Ok(subject, what, $"valid until {date}");
    }
}
