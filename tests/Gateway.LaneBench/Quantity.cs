using System.CommandLine;
using System.Globalization;
using System.Net;

namespace Gateway.LaneBench;

/// <summary>Options with units as people write them.</summary>
internal static class Quantity
{
    /// <summary>Slowest and fastest rate that makes sense, in bits per second.</summary>
    private const double MinimumRate = 1e6;
    private const double MaximumRate = 1e12;

    /// <summary><c>8G</c>, <c>2.5G</c>, <c>400M</c> or bits per second.</summary>
    public static Option<long?> Rate(string description) => Parsed<long?>("--rate", "RATE", description, RateOf);

    /// <summary>Address and port in digits.</summary>
    public static Option<IPEndPoint?> EndPoint(string name, string description)
    {
        var option = Parsed<IPEndPoint?>(name, "HOST:PORT", description, EndPointOf);
        option.Required = true;
        return option;
    }

    public static Option<T> Parsed<T>(string name, string value, string description, Func<string, (T Value, string? Objection)> parse) => new(name)
    {
        HelpName = value,
        Description = description,
        CustomParser = result =>
        {
            var (parsed, objection) = parse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "");
            if (objection is not null)
            {
                result.AddError($"{name}: {objection}");
            }

            return parsed;
        },
    };

    internal static (long?, string?) RateOf(string text)
    {
        var (digits, unit) = text.Length == 0 ? (text, 1d) : text[^1] switch
        {
            'G' => (text[..^1], 1e9),
            'M' => (text[..^1], 1e6),
            'k' => (text[..^1], 1e3),
            _ => (text, 1d),
        };
        return TryNumber(digits, out var number) && number * unit is >= MinimumRate and <= MaximumRate
            ? ((long)(number * unit), null)
            : (null, $"'{text}' is no rate; write bits per second of line from 1M to 1000G, e.g. 8G or 400M");
    }

    internal static (IPEndPoint?, string?) EndPointOf(string text) =>
        IPEndPoint.TryParse(text, out var endPoint) && text.EndsWith($":{endPoint.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            ? (endPoint, null)
            : (null, $"'{text}' is no address and port in digits, e.g. 198.18.0.2:9000");

    /// <summary>A share in percent, with or without its sign: <c>5%</c>, <c>0.5</c>.</summary>
    internal static bool TryPercent(string text, out double share)
    {
        var read = TryNumber(text.EndsWith('%') ? text[..^1] : text, out var percent) && percent <= 100;
        share = read ? percent / 100 : 0;
        return read;
    }

    /// <summary>A time in milliseconds, with or without its unit: <c>20ms</c>, <c>0.5</c>.</summary>
    internal static bool TryMilliseconds(string text, out double milliseconds) =>
        TryNumber(text.EndsWith("ms", StringComparison.Ordinal) ? text[..^2] : text, out milliseconds);

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
