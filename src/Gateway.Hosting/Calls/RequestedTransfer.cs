using System.Text.RegularExpressions;
using Google.Protobuf;

namespace Gateway.Hosting.Calls;

/// <summary>Which transfer a request is about, so that a refusal of it stands in the audit record beside what else happened to that transfer.</summary>
internal static partial class RequestedTransfer
{
    /// <summary>The id in the request's <c>name</c>; empty where it has none, or one of another form.</summary>
    public static string IdOf<T>(T request) =>
        request is IMessage message && message.Descriptor.FindFieldByName("name")?.Accessor.GetValue(message) is string name
            ? Name().Match(name).Groups[1].Value
            : "";

    // Nothing but the forms of an id: what a caller wrote as a name must not become a key of the audit record.
    [GeneratedRegex(@"\A(?:transfers|imports)/((?:unverified-)?[0-9a-f]{32})(?:/review)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
