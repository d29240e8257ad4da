namespace Gateway.Core.Inspection.Json;

/// <summary>Why a JSON token is refused; the walk adds the offset.</summary>
internal readonly record struct JsonFault(RefusalCode Code, string Message)
{
    public static JsonFault Malformed(string message) => new(RefusalCode.FormatMalformed, message);

    public static JsonFault TooMuch(string message) => new(RefusalCode.LimitExceeded, message);
}
