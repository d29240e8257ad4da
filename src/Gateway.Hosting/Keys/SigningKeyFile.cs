using Gateway.Core.Trust;
using Gateway.Core;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting.Keys;

/// <summary>A signing key on disk.</summary>
public static class SigningKeyFile
{
    /// <summary>
    /// Reads the key, with its passphrase where one is configured. Refuses with <see cref="RefusalCode.KeyInvalid"/>, also a key or
    /// passphrase that everybody on the machine can read.
    /// </summary>
    public static Outcome<SigningKey> Read(SigningKeyOptions options)
    {
        if (!SecretFile.ReadText(options.File, PemFiles.MaximumBytes).Succeeded(out var pem, out var refusal))
        {
            return refusal;
        }

        if (options.PassphraseFile is null)
        {
            return SigningKey.FromPem(pem, passphrase: null);
        }

        return SecretFile.ReadText(options.PassphraseFile, PemFiles.MaximumBytes).Succeeded(out var passphrase, out refusal)
            ? SigningKey.FromPem(pem, passphrase.Split('\n', 2)[0].TrimEnd('\r'))
            : refusal;
    }
}
