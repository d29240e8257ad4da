using System.Text.Json;
using Gateway.Cli.Files;
using Gateway.Core;

namespace Gateway.Cli.Contexts;

/// <summary>The file as written; see <see cref="GatewayContext"/> for what the members mean. Paths are relative to the file.</summary>
internal sealed record ContextsDocument
{
    /// <summary>The context to use where none is named.</summary>
    public string? Current { get; init; }

    public required IReadOnlyDictionary<string, ContextEntry> Contexts { get; init; }
}

/// <summary>One context as written.</summary>
internal sealed record ContextEntry
{
    public string? Low { get; init; }

    public string? High { get; init; }

    public required string Certificate { get; init; }

    public required string Key { get; init; }

    public required string Authority { get; init; }

    public string? SigningKey { get; init; }

    public string? TrustRoot { get; init; }

    public string? TrustRootSha256 { get; init; }

    public string? PolicySha256 { get; init; }

    public string? Destination { get; init; }
}

/// <summary>Finds and reads the contexts, as kubectl finds its own.</summary>
internal static class ContextsFile
{
    /// <summary>Variable that names the context to use.</summary>
    public const string ContextVariable = "GATEWAY_CONTEXT";

    /// <summary>Variable that names the file.</summary>
    public const string FileVariable = "GATEWAY_CONTEXTS";

    /// <summary>Largest contexts file in bytes: thousands of contexts.</summary>
    private const int MaximumBytes = 1 << 20;

    /// <summary>The file that is in force: <c>GATEWAY_CONTEXTS</c>, else <c>~/.config/gateway/contexts.json</c>.</summary>
    public static string Locate(CommandEnvironment environment)
    {
        if (environment.Variable(FileVariable) is { Length: > 0 } named)
        {
            return Path.GetFullPath(named);
        }

        var configuration = environment.Variable("XDG_CONFIG_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(environment.Variable("HOME") ?? "/", ".config");
        return Path.Combine(configuration, "gateway", "contexts.json");
    }

    /// <summary>The context named by the option, else by the variable, else the file's current one.</summary>
    public static GatewayContext Read(CommandEnvironment environment, string? name)
    {
        var (path, document) = ReadDocument(environment);
        name ??= environment.Variable(ContextVariable) is { Length: > 0 } variable ? variable : document.Current;
        if (name is null)
        {
            throw CommandStop.Usage($"no context: give --context, set {ContextVariable}, or set \"current\" in {path}");
        }

        return document.Contexts.TryGetValue(name, out var entry)
            ? Resolve(path, name, entry)
            : throw CommandStop.Usage($"no context {name} in {path}: it has {string.Join(", ", document.Contexts.Keys)}");
    }

    /// <summary>Every context of the file.</summary>
    public static IReadOnlyList<GatewayContext> ReadAll(CommandEnvironment environment)
    {
        var (path, document) = ReadDocument(environment);
        return [.. document.Contexts.Select(c => Resolve(path, c.Key, c.Value))];
    }

    private static (string Path, ContextsDocument Document) ReadDocument(CommandEnvironment environment)
    {
        var path = Locate(environment);
        try
        {
            var bytes = CappedFile.Read(path, MaximumBytes);
            return (path, JsonSerializer.Deserialize(bytes, CliJson.Default.ContextsDocument)
                ?? throw CommandStop.Usage($"{path} is empty"));
        }
        catch (JsonException e)
        {
            throw CommandStop.Usage($"{path} is not a contexts file: {e.Message}");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandStop.Usage($"no contexts file at {path}: write one, set {FileVariable}, or run gateway dev, which makes one");
        }
    }

    private static GatewayContext Resolve(string file, string name, ContextEntry entry)
    {
        var directory = Path.GetDirectoryName(file)!;
        return new GatewayContext
        {
            Name = name,
            Low = entry.Low,
            High = entry.High,
            Certificate = Path.Combine(directory, entry.Certificate),
            Key = Path.Combine(directory, entry.Key),
            Authority = Path.Combine(directory, entry.Authority),
            SigningKey = entry.SigningKey is null ? null : Path.Combine(directory, entry.SigningKey),
            TrustRoot = entry.TrustRoot is null ? null : Path.Combine(directory, entry.TrustRoot),
            TrustRootDigest = Pinned(name, "trustRootSha256", entry.TrustRootSha256),
            PolicyDigest = Pinned(name, "policySha256", entry.PolicySha256),
            Destination = entry.Destination,
        };
    }

    private static Digest? Pinned(string context, string member, string? text) => text is null
        ? null
        : Digest.TryParse(text, out var digest)
            ? digest
            : throw CommandStop.Usage($"context {context}: {member} is not {Digest.HexLength} lower-case hex digits");
}
