using Gateway.Core.Trust;
using Gateway.Core;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting.Keys;

/// <summary>A signing key on disk.</summary>
public static class SigningKeyFile
{
    private const UnixFileMode Others =
        UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <summary>
    /// Reads the key, with its passphrase where one is configured. Refuses with <see cref="RefusalCode.KeyInvalid"/>, also a key or
    /// passphrase that everybody on the machine can read.
    /// </summary>
    public static Outcome<SigningKey> Read(SigningKeyOptions options)
    {
        if (!ReadSecret(options.File).Succeeded(out var pem, out var refusal))
        {
            return refusal;
        }

        if (options.PassphraseFile is null)
        {
            return SigningKey.FromPem(pem, passphrase: null);
        }

        return ReadSecret(options.PassphraseFile).Succeeded(out var passphrase, out refusal)
            ? SigningKey.FromPem(pem, passphrase.Split('\n', 2)[0].TrimEnd('\r'))
            : refusal;
    }

    private static Outcome<string> ReadSecret(string path)
    {
        if (!PemFiles.ReadText(path).Succeeded(out var text, out var refusal))
        {
            return new Refusal(RefusalCode.KeyInvalid, refusal.Detail);
        }

        return (new FileInfo(path).UnixFileMode & Others) == 0
            ? text
            : new Refusal(RefusalCode.KeyInvalid, $"{path} is open to others; chmod 600 it and consider it known");
    }
}
