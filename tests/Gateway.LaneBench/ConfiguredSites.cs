using System.Net;
using System.Text.Json;

namespace Gateway.LaneBench;

/// <summary>
/// What configured gateways of this machine own: their storage and the ports of their lanes. Read leniently, from files of either side and of any version: whatever looks
/// like a lane or a storage root counts as one, and a file that cannot be read stands in the way.
/// </summary>
internal sealed class ConfiguredSites
{
    /// <summary>Where an installed gateway has its configuration (deploy/systemd).</summary>
    private const string StandardDirectory = "/etc/gateway";

    private readonly HashSet<int> lanePorts = [];
    private readonly HashSet<IPEndPoint> targets = [];
    private readonly List<string> storageRoots = [];
    private readonly List<string> unreadable = [];

    /// <param name="files">Configuration files beside those in the standard place.</param>
    public ConfiguredSites(IEnumerable<string> files)
    {
        foreach (var file in Standard().Concat(files))
        {
            Read(file);
        }
    }

    /// <summary>Why nothing may be received on this address; null where it may.</summary>
    public string? ObjectionToListening(IPEndPoint listen) =>
        Unreadable()
        ?? (lanePorts.Contains(listen.Port)
            ? $"port {listen.Port} is that of a configured lane; give --listen another port"
            : null);

    /// <summary>Why nothing may be sent to this address; null where it may.</summary>
    public string? ObjectionToSending(IPEndPoint target) =>
        Unreadable() ?? (targets.Contains(target) ? $"{target} is where a configured lane goes; give --to another port" : null);

    /// <summary>Why nothing may be written into this directory; null where it may.</summary>
    public string? ObjectionToWriting(string directory)
    {
        var path = RealPath(directory);
        var parent = Path.GetDirectoryName(path) ?? path;
        if (Unreadable() is { } objection)
        {
            return objection;
        }

        if (Directory.Exists(path) && Directory.EnumerateDirectories(path).Any())
        {
            return $"{path} holds other directories; give --dir a directory of its own";
        }

        var near = Ancestors(path).Concat(Directory.Exists(parent) ? Siblings(parent) : []).Where(IsStorageRoot).Concat(storageRoots.Where(root => IsNear(root, path)));
        return near.FirstOrDefault() is { } root ? $"{path} is in or beside {root}, a gateway's storage; give --dir a directory elsewhere" : null;
    }

    // In it, around it, or under the directory that holds it, unless that is the root of everything.
    private static bool IsNear(string root, string path)
    {
        var holder = Path.GetDirectoryName(root);
        return Contains(path, root) || Contains(root, path) || (holder is not (null or "/") && Contains(holder, path));
    }

    private static IEnumerable<string> Standard() =>
        Directory.Exists(StandardDirectory) ? Directory.EnumerateFiles(StandardDirectory, "*.json") : [];

    /// <summary>What both services make of their storage root: the catalog, or the lock and the staging area (Gateway.Storage/StorageRoot.cs).</summary>
    private static bool IsStorageRoot(string directory) =>
        File.Exists(Path.Combine(directory, "catalog.db"))
        || (File.Exists(Path.Combine(directory, "lock")) && Directory.Exists(Path.Combine(directory, "staging")));

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            yield return at;
        }
    }

    // Directories that this user may not look into tell nothing by their entries; whether they are storage is seen from the configuration.
    private static IEnumerable<string> Siblings(string parent) =>
        Directory.EnumerateDirectories(parent, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint });

    private static bool Contains(string directory, string path) =>
        path == directory || path.StartsWith(directory.TrimEnd('/') + '/', StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed, so that a link into storage is seen as what it is.</summary>
    private static string RealPath(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(real, part));
            real = next.LinkTarget is null ? next.FullName : next.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next.FullName;
        }

        return real;
    }

    private string? Unreadable() =>
        unreadable.Count == 0 ? null : $"what the gateway of this machine owns cannot be told: {string.Join("; ", unreadable)}. Run as a user that may read its configuration";

    private void Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                ReadStorage(root, Path.GetDirectoryName(Path.GetFullPath(file))!);
                ReadLanes(root);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            unreadable.Add($"{file}: {e.Message}");
        }
    }

    private void ReadStorage(JsonElement root, string relativeTo)
    {
        if (root.TryGetProperty("storage", out var storage) && storage.ValueKind == JsonValueKind.Object
            && storage.TryGetProperty("root", out var path) && path.ValueKind == JsonValueKind.String)
        {
            storageRoots.Add(RealPath(Path.Combine(relativeTo, path.GetString()!)));
        }
    }

    private void ReadLanes(JsonElement root)
    {
        if (!root.TryGetProperty("lanes", out var lanes) || lanes.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var lane in lanes.EnumerateArray().Where(l => l.ValueKind == JsonValueKind.Object))
        {
            foreach (var listen in EndPoints(lane, "listen"))
            {
                lanePorts.Add(listen.Port);
            }

            targets.UnionWith(EndPoints(lane, "target").Concat(EndPoints(lane, "targets")));
        }
    }

    private static IEnumerable<IPEndPoint> EndPoints(JsonElement lane, string name)
    {
        if (!lane.TryGetProperty(name, out var value))
        {
            yield break;
        }

        foreach (var item in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value])
        {
            if (item.ValueKind == JsonValueKind.String && IPEndPoint.TryParse(item.GetString()!, out var endPoint))
            {
                yield return endPoint;
            }
        }
    }
}
