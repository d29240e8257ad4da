using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json;

namespace Gateway.Hosting.Configuration;

/// <summary>A rule on one option, stated where the option is declared. On a list it holds for each item.</summary>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ConfigurationRuleAttribute : Attribute
{
    /// <summary>Says what is wrong with a value of the right JSON type, or null. May put a resolved value in its place.</summary>
    /// <param name="value">The value as written.</param>
    /// <param name="directory">Directory of the configuration file.</param>
    internal abstract string? Check(ref JsonNode value, string directory);

    private protected static string? TextOf(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
}

/// <summary>A whole number with its bounds, unit and the reason for them.</summary>
/// <param name="minimum">Least value allowed.</param>
/// <param name="maximum">Greatest value allowed.</param>
/// <param name="unit">What is counted, e.g. <c>bytes</c>.</param>
/// <param name="reason">Why these bounds, a clause.</param>
public sealed class LimitAttribute(long minimum, long maximum, string unit, string reason) : ConfigurationRuleAttribute
{
    public long Minimum { get; } = minimum;

    public long Maximum { get; } = maximum;

    public string Unit { get; } = unit;

    public string Reason { get; } = reason;

    internal override string? Check(ref JsonNode value, string directory)
    {
        var inRange = value is JsonValue number && number.TryGetValue<long>(out var n) && n >= Minimum && n <= Maximum;
        return inRange
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"is {value.ToJsonString()}; give {Minimum} to {Maximum} {Unit} ({Reason})");
    }
}

/// <summary>What a path in the configuration must lead to.</summary>
public enum PathKind
{
    /// <summary>A file that exists.</summary>
    ExistingFile = 1,

    /// <summary>A directory that exists.</summary>
    ExistingDirectory = 2,

    /// <summary>A directory that is made where it is missing.</summary>
    OwnDirectory = 3,
}

/// <summary>A path; a relative one is relative to the configuration file.</summary>
public sealed class PathRuleAttribute(PathKind kind) : ConfigurationRuleAttribute
{
    public PathKind Kind { get; } = kind;

    internal override string? Check(ref JsonNode value, string directory)
    {
        var text = TextOf(value);
        if (string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal))
        {
            return "is not a path; give the path of a file or directory";
        }

        var path = Path.GetFullPath(text, directory);
        value = JsonValue.Create(path);
        return Kind switch
        {
            PathKind.ExistingFile when !File.Exists(path) => $"there is no file {path}; make it or correct the path",
            PathKind.ExistingDirectory when !Directory.Exists(path) => $"there is no directory {path}; make it or correct the path",
            PathKind.OwnDirectory when File.Exists(path) => $"{path} is a file; give a directory",
            _ => null,
        };
    }
}

/// <summary>An id that stands in documents, metrics and file names: lower-case letters, digits and inner hyphens.</summary>
public sealed class IdentifierRuleAttribute : ConfigurationRuleAttribute
{
    /// <summary>Longest id in characters: a DNS label (RFC 1035), so that a site may name hosts after it.</summary>
    public const int MaximumLength = 63;

    /// <summary>True for an id of the allowed form.</summary>
    public static bool IsIdentifier(string? text)
    {
        if (text is not { Length: > 0 and <= MaximumLength } || text[0] == '-' || text[^1] == '-')
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    internal override string? Check(ref JsonNode value, string directory) =>
        IsIdentifier(TextOf(value))
            ? null
            : $"is {value.ToJsonString()}; use lower-case letters, digits and inner hyphens, at most {MaximumLength}";
}

/// <summary>An absolute http or https address.</summary>
public sealed class HttpAddressRuleAttribute : ConfigurationRuleAttribute
{
    internal override string? Check(ref JsonNode value, string directory) =>
        Uri.TryCreate(TextOf(value), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? null
            : $"is {value.ToJsonString()}; give an address that begins with http:// or https://";
}

/// <summary>How many items a list has.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ItemsAttribute(int minimum, int maximum, string reason) : Attribute
{
    public int Minimum { get; } = minimum;

    public int Maximum { get; } = maximum;

    public string Reason { get; } = reason;

    internal string? Check(int count) =>
        count >= Minimum && count <= Maximum
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"has {count} items; give {Minimum} to {Maximum} ({Reason})");
}
