using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Cli.Files;

namespace Gateway.Cli.Imports.Rules;

/// <summary>Signs what is sent, as Standard Webhooks has it: a signature for each secret, so that a receiver can change from one to the next.</summary>
internal sealed class WebhookSecrets
{
    /// <summary>Most secrets: an old one, a new one, and one to spare.</summary>
    private const int MostSecrets = 3;

    /// <summary>Bytes of a secret, as Standard Webhooks limits them.</summary>
    private const int ShortestKey = 24;
    private const int LongestKey = 64;

    private const int MaximumBytes = 4096;
    private const string Prefix = "whsec_";
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly byte[][] keys;

    private WebhookSecrets(byte[][] keys) => this.keys = keys;

    /// <summary>Reads a file of one secret a line; what is wrong with it joins the errors.</summary>
    public static WebhookSecrets Read(List<string> errors, string at, string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
            {
                errors.Add($"{at}secretFile {path}: others may read or write it; chmod 600");
            }

            var lines = Encoding.UTF8.GetString(CappedFile.Read(path, MaximumBytes)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (lines.Length is > 0 and <= MostSecrets && lines.Select(KeyOf).ToArray() is var keys && keys.All(key => key is not null))
            {
                return new(keys!);
            }

            errors.Add($"{at}secretFile {path}: give 1 to {MostSecrets} lines of {Prefix} and the base64 of {ShortestKey} to {LongestKey} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CommandStop)
        {
            errors.Add($"{at}secretFile: {e.Message}");
        }

        return new([]);
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    public string Sign(string id, long seconds, ReadOnlySpan<byte> body)
    {
        var signed = (byte[])[.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.")), .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }

    private static byte[]? KeyOf(string line)
    {
        var key = new byte[LongestKey + 1];
        return line.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(line[Prefix.Length..], key, out var length) && length is >= ShortestKey and <= LongestKey
                ? key[..length]
                : null;
    }
}
