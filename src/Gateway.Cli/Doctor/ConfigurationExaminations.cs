using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Cli.Files;
using Gateway.Core;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at what a service's configuration file names. Whether the file itself is well-formed is the service's own check at start.</summary>
internal static class ConfigurationExaminations
{
    /// <summary>Largest configuration file in bytes, as the services have it.</summary>
    private const int MaximumBytes = 1 << 20;

    /// <summary>Bytes that stay free where the file names none.</summary>
    private const long DefaultMinimumFreeBytes = 1L << 30;

    public static IReadOnlyList<Examination> Run(string file, TimeProvider time)
    {
        var full = Path.GetFullPath(file);
        JsonObject configuration;
        try
        {
            configuration = JsonNode.Parse(CappedFile.Read(full, MaximumBytes))?.AsObject() ?? throw CommandStop.Usage($"{file} is empty");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw CommandStop.Usage($"{file} is not a configuration file: {e.Message}");
        }

        string? Text(params ReadOnlySpan<string> path) => At(configuration, path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        string? PathAt(params ReadOnlySpan<string> path) => Text(path) is { } text ? Path.GetFullPath(text, Path.GetDirectoryName(full)!) : null;
        var found = new List<Examination>();
        foreach (var (what, path) in new[] { ("service certificate", PathAt("tls", "certificate")), ("client authority", PathAt("tls", "clientAuthority")) })
        {
            found.Add(path is null ? Examination.Failed(file, what, "not configured") : FileExaminations.Certificate(file, what, path, time.GetUtcNow()));
        }

        var allowed = At(configuration, "trustRoot", "allowDevelopment") is JsonValue flag && flag.TryGetValue<bool>(out var allow) && allow;
        found.AddRange(PathAt("trustRoot", "file") is { } root && Digest.TryParse(Text("trustRoot", "sha256"), out var digest)
            ? FileExaminations.TrustRoot(file, root, digest, allowed, time)
            : [Examination.Failed(file, "trust root", "file and sha256 are not configured")]);
        found.Add(PathAt("policy", "directory") is { } policy
            ? FileExaminations.PolicyDigest(file, policy, Text("policy", "sha256"))
            : Examination.Failed(file, "policy", "not configured"));
        found.AddRange(new[] { PathAt("signingKey", "file"), PathAt("signingKey", "passphraseFile") }
            .OfType<string>().Select(secret => FileExaminations.Secret(file, "signing key", secret, groupMayRead: true)));
        var minimum = Number(At(configuration, "storage", "minimumFreeBytes")) ?? DefaultMinimumFreeBytes;
        var storage = PathAt("storage", "root");
        found.Add(storage is null ? Examination.Failed(file, "free space", "storage.root is not configured") : FileExaminations.FreeSpace(file, storage, minimum));

        // The low side signs what it inspected; the high side holds no key.
        var folder = new FolderLaneExaminations(file, storage, minimum, Sends: configuration["signingKey"] is not null);
        found.AddRange((configuration["lanes"] as JsonArray ?? []).OfType<JsonObject>().SelectMany(lane => LaneExaminations.Run(file, lane, folder)));
        return found;
    }

    private static JsonNode? At(JsonObject root, params ReadOnlySpan<string> path)
    {
        JsonNode? node = root;
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    private static long? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : null;
}
