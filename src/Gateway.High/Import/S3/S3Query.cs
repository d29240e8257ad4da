using Gateway.High.Import.Web;

namespace Gateway.High.Import.S3;

/// <summary>The parameters of a request, read once: what is signed is what is acted on.</summary>
internal sealed class S3Query
{
    private readonly List<(string Name, string Value)> parameters;

    private S3Query(List<(string Name, string Value)> parameters) => this.parameters = parameters;

    public IEnumerable<string> Names => parameters.Select(parameter => parameter.Name);

    /// <summary>Reads a query, without its question mark; null where escapes are malformed or no UTF-8. A plus sign is a space, as in forms.</summary>
    public static S3Query? Parse(string query)
    {
        var parameters = new List<(string, string)>();
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (Unescape(equals < 0 ? part : part[..equals]) is not { } name || Unescape(equals < 0 ? "" : part[(equals + 1)..]) is not { } value)
            {
                return null;
            }

            parameters.Add((name, value));
        }

        return new S3Query(parameters);
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>The first value, or null.</summary>
    public string? Find(string name) => parameters.Find(parameter => parameter.Name == name) is { Name: not null } found ? found.Value : null;

    /// <summary>The canonical query string of Signature Version 4: escaped, sorted, without the signature itself.</summary>
    public string Canonical() =>
        string.Join('&', parameters
            .Where(parameter => parameter.Name != SignedRequest.SignatureParameter)
            .Select(parameter => (Name: SignatureV4.Escape(parameter.Name), Value: SignatureV4.Escape(parameter.Value)))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal)
            .ThenBy(parameter => parameter.Value, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Name}={parameter.Value}"));

    private static string? Unescape(string text) => RequestTarget.Unescape(text.Replace("+", "%20", StringComparison.Ordinal));
}
