namespace Gateway.Cli.Services;

/// <summary>Resource names as people type them: with or without the collection.</summary>
internal static class ResourceName
{
    /// <summary><c>transfers/{id}</c>.</summary>
    public static string Transfer(string id) => In("transfers", id);

    /// <summary><c>imports/{id}</c>, or an artifact's <c>org/name[@version]</c> as it is.</summary>
    public static string Import(string id) => id.Contains('/', StringComparison.Ordinal) ? id : In("imports", id);

    /// <summary><c>lanes/{id}</c>.</summary>
    public static string Lane(string id) => In("lanes", id);

    /// <summary>The id without its collection.</summary>
    public static string IdOf(string name) => name[(name.LastIndexOf('/') + 1)..];

    private static string In(string collection, string id) => id.StartsWith(collection + "/", StringComparison.Ordinal) ? id : $"{collection}/{id}";
}
