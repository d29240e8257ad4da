using Gateway.Core;

namespace Gateway.Low.Submit;

/// <summary>Resource names: <c>transfers/{id}</c> and <c>transfers/{id}/review</c>; the id is 32 lower-case hex digits.</summary>
internal static class TransferNames
{
    private const string Prefix = "transfers/";
    private const string ReviewSuffix = "/review";
    private const int IdLength = 32;

    public static string Of(string id) => Prefix + id;

    public static string ReviewOf(string id) => Prefix + id + ReviewSuffix;

    /// <summary>The id in a transfer's name. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static Outcome<string> Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && IsId(name[Prefix.Length..])
            ? name[Prefix.Length..]
            : new Refusal(RefusalCode.RequestInvalid, "name: must be transfers/{id}");

    /// <summary>The id in a review's name. Refuses with <see cref="RefusalCode.RequestInvalid"/>.</summary>
    public static Outcome<string> ParseReview(string name) =>
        name.EndsWith(ReviewSuffix, StringComparison.Ordinal) && Parse(name[..^ReviewSuffix.Length]).Succeeded(out var id, out _)
            ? id
            : new Refusal(RefusalCode.RequestInvalid, "name: must be transfers/{id}/review");

    public static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);
}
