using System.Text;
using Gateway.Cli.Files;
using Gateway.Core.Trust;

namespace Gateway.Cli.Signing;

/// <summary>Reads public keys that people send each other.</summary>
internal static class PublicKeyFile
{
    /// <summary>The key in each file; stops the command at the first that holds none.</summary>
    public static PublicKey[] ReadAll(IEnumerable<string> paths) => [.. paths.Select(Read)];

    private static PublicKey Read(string path)
    {
        var outcome = PublicKey.FromPem(Encoding.UTF8.GetString(CappedFile.Read(path, SigningKeyFile.MaximumBytes)));
        return outcome.Succeeded(out var key, out var refusal)
            ? key
            : throw CommandStop.Refused(refusal with { Detail = $"{path}: {refusal.Detail}" });
    }
}
