using System.Buffers;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Keys that are told by their own beginning. The shapes are those that their issuers document (GitHub "About authentication", AWS IAM "Unique
/// identifiers", Google Cloud, Slack "Token types", Hugging Face, RFC 7519 for web tokens, RFC 7468 for PEM), with the lengths that the rules of
/// gitleaks use (config/gitleaks.toml). A key stands apart: no letter, digit, underscore or hyphen is before it.
/// </summary>
internal static class KeyShapes
{
    private const string WebToken = "JSON web token";

    private static readonly SearchValues<byte> Alphanumerics = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8);
    private static readonly SearchValues<byte> Base32 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"u8);
    private static readonly SearchValues<byte> WordBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"u8);
    private static readonly SearchValues<byte> LabelBytes = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ "u8);

    /// <summary>A key whose anchor is at a place; null where there is none.</summary>
    public static KeySeen? At(ReadOnlySpan<byte> text, int at, TextAnchor anchors)
    {
        if ((anchors & TextAnchor.Pem) != 0)
        {
            return Pem(text, at);
        }

        if (at > 0 && WordBytes.Contains(text[at - 1]))
        {
            return null;
        }

        var key = text.Slice(at, Math.Min(text.Length - at, TextLimits.KeyBytes));
        var (kind, bytes) = anchors switch
        {
            _ when (anchors & TextAnchor.Cloud) != 0 => Cloud(key),
            _ when (anchors & TextAnchor.GitHub) != 0 => GitHub(key),
            _ when (anchors & TextAnchor.Model) != 0 => Model(key),
            _ when (anchors & TextAnchor.Token) != 0 => Token(key),
            _ => default,
        };

        // Web tokens may be longer than is looked; what else is so long is content.
        return bytes > 0 && (bytes < TextLimits.KeyBytes || kind == WebToken) ? new KeySeen(kind, at, bytes) : null;
    }

    /// <summary>True for a run of at least so many letters and digits that has both, which names and words do not.</summary>
    public static bool HasRandomRun(ReadOnlySpan<byte> text, int bytes)
    {
        while (!text.IsEmpty)
        {
            var run = Run(text, Alphanumerics);
            if (run >= bytes && text[..run].ContainsAnyInRange((byte)'0', (byte)'9') && text[..run].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return true;
            }

            text = text[Math.Min(run + 1, text.Length)..];
        }

        return false;
    }

    private static (string Kind, int Bytes) Cloud(ReadOnlySpan<byte> key)
    {
        const int AmazonBytes = 20;
        const int GoogleBytes = 39;
        if (key.StartsWith("AIza"u8))
        {
            return ("Google API key", Run(key, WordBytes) == GoogleBytes ? GoogleBytes : 0);
        }

        var isAmazon = key.StartsWith("AKIA"u8) || key.StartsWith("ASIA"u8);
        return ("AWS access key id", isAmazon && Run(key, Base32) == AmazonBytes && Run(key, WordBytes) == AmazonBytes ? AmazonBytes : 0);
    }

    private static (string Kind, int Bytes) GitHub(ReadOnlySpan<byte> key)
    {
        const int FineGrainedBytes = 93;
        const int ShortestBytes = 40;
        var run = Run(key, WordBytes);
        return key.StartsWith("github_pat_"u8)
            ? ("GitHub token", run >= FineGrainedBytes ? run : 0)
            : ("GitHub token", key[1] == 'h' && "pousr"u8.Contains(key[2]) && key[3] == '_' && run >= ShortestBytes && Run(key[4..], Alphanumerics) == run - 4 ? run : 0);
    }

    private static (string Kind, int Bytes) Model(ReadOnlySpan<byte> key)
    {
        const int ShortestBytes = 34;
        const int RandomBytes = 20;
        var run = Run(key, WordBytes);
        if (key.StartsWith("hf_"u8))
        {
            return ("Hugging Face token", run - 3 >= ShortestBytes && Run(key[3..], Alphanumerics) == run - 3 ? run : 0);
        }

        // OpenAI and those that followed it; a title such as sk-learn-... has no part that is random.
        return ("sk- key", key.StartsWith("sk-"u8) && run >= ShortestBytes && HasRandomRun(key[3..run], RandomBytes) ? run : 0);
    }

    private static (string Kind, int Bytes) Token(ReadOnlySpan<byte> key)
    {
        const int SlackBytes = 25;
        const int PartBytes = 16;
        var run = Run(key, WordBytes);
        if (key.StartsWith("xox"u8))
        {
            var isSlack = run >= SlackBytes && "abeoprs"u8.Contains(key[3]) && key[4] == '-' && key[5..run].ContainsAnyInRange((byte)'0', (byte)'9');
            return ("Slack token", isSlack ? run : 0);
        }

        // Two objects in base64url, and a signature, which may be empty.
        if (!key.StartsWith("eyJ"u8) || run < PartBytes || !key[run..].StartsWith(".eyJ"u8))
        {
            return default;
        }

        var payload = Run(key[(run + 1)..], WordBytes);
        var end = run + 1 + payload;
        if (payload < PartBytes || (end < key.Length && key[end] != '.'))
        {
            return default;
        }

        return (WebToken, end >= key.Length ? (end >= TextLimits.KeyBytes ? end : 0) : end + 1 + Run(key[(end + 1)..], WordBytes));
    }

    private static KeySeen? Pem(ReadOnlySpan<byte> text, int at)
    {
        const int LongestLabel = 40;
        var begin = at - 4;
        if (begin < 0 || !text[begin..].StartsWith("-----BEGIN "u8))
        {
            return null;
        }

        var label = text[(begin + 11)..];
        label = label[..Math.Min(label.Length, LongestLabel)];
        var end = Run(label, LabelBytes);
        return label[..end].IndexOf("PRIVATE KEY"u8) >= 0 && label[end..].StartsWith("-----"u8) ? new KeySeen("PEM private key", begin, end + 16) : null;
    }

    private static int Run(ReadOnlySpan<byte> text, SearchValues<byte> of) => text.IndexOfAnyExcept(of) is >= 0 and var end ? end : text.Length;
}
