using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.High.Import.S3;

/// <summary>What a list of keys is asked for: ListObjects, or ListObjectsV2 (S3 API Reference).</summary>
internal sealed record S3ListQuestion
{
    /// <summary>Most keys of a page, and as many where no number is given.</summary>
    private const int MaximumKeys = 1_000;

    private const string UrlEncoding = "url";

    private static readonly string[] Texts = ["prefix", "delimiter", "marker", "start-after"];

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>True for ListObjectsV2.</summary>
    public required bool IsSecond { get; init; }

    public required string Prefix { get; init; }

    public required string Delimiter { get; init; }

    public required int MaxKeys { get; init; }

    /// <summary>True where keys are to be escaped, as most clients ask for: XML does not hold every character that a key elsewhere may have.</summary>
    public required bool IsEscaped { get; init; }

    /// <summary>Where the first list goes on.</summary>
    public required string Marker { get; init; }

    /// <summary>Where the second begins.</summary>
    public required string StartAfter { get; init; }

    /// <summary>Where the second goes on, as it was given; empty at the beginning.</summary>
    public required string ContinuationToken { get; init; }

    /// <summary>The list holds what comes after this.</summary>
    public string After { get; private init; } = "";

    /// <summary>The token that goes on after an entry. It grants nothing, so it is checked, not signed.</summary>
    public static string TokenAfter(string key) => Base64Url.EncodeToString(StrictUtf8.GetBytes(key));

    public static bool TryRead(S3Query query, [NotNullWhen(true)] out S3ListQuestion? question, [NotNullWhen(false)] out S3Error? error)
    {
        question = null;
        var maximum = MaximumKeys;
        var after = "";
        error = query.Find("list-type") is not (null or "2") ? S3Error.InvalidArgument("list-type is not 2.")
            : query.Find("encoding-type") is not (null or "" or UrlEncoding) ? S3Error.InvalidArgument("encoding-type is not url.")
            : query.Find("max-keys") is { Length: > 0 } text && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out maximum)
                ? S3Error.InvalidArgument("max-keys is no number.")
            : Texts.FirstOrDefault(name => !S3Xml.Holds(query.Find(name) ?? "")) is { } wrong
                ? S3Error.InvalidArgument($"{wrong} has a character that no key has.")
            : query.Find("continuation-token") is { } token && !TryReadToken(token, out after) ? S3Error.InvalidArgument("The continuation token is not one of this service.")
            : null;
        if (error is not null)
        {
            return false;
        }

        var isSecond = query.Has("list-type");
        var read = new S3ListQuestion
        {
            IsSecond = isSecond,
            Prefix = query.Find("prefix") ?? "",
            Delimiter = query.Find("delimiter") ?? "",
            MaxKeys = Math.Min(maximum, MaximumKeys),
            IsEscaped = query.Find("encoding-type") == UrlEncoding,
            Marker = query.Find("marker") ?? "",
            StartAfter = query.Find("start-after") ?? "",
            ContinuationToken = query.Find("continuation-token") ?? "",
        };
        question = read with { After = !isSecond ? read.Marker : after.Length > 0 ? after : read.StartAfter };
        return true;
    }

    private static bool TryReadToken(string token, out string after)
    {
        after = "";
        try
        {
            after = StrictUtf8.GetString(Base64Url.DecodeFromChars(token));
            return S3Xml.Holds(after);
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return false;
        }
    }
}
