using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Publish;

/// <summary>The view of published versions as a hub's cache.</summary>
public sealed class HubCacheTests
{
    private const string Repository = "hub/datasets--lab--sums";

    [Fact]
    public async Task Version_is_there_by_name_and_commit_as_the_very_bytes_that_are_published()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "1.0" }));
        var repository = Path.Combine(bench.Root, Repository);
        var commit = import.Claim!.Manifest.Hex[..40];
        Assert.Equal([commit, commit], new[] { "refs/main", "refs/1.0" }.Select(name => Text(repository, name)));
        Assert.Equal("# Sums\n", Text(repository, $"snapshots/{commit}/README.md"));
        Assert.Equal("../../../blobs/" + Digest.Of(Bytes(bench, import, "data/train.jsonl")).Hex, new FileInfo(Path.Combine(repository, $"snapshots/{commit}/data/train.jsonl")).LinkTarget);
        using var tree = JsonDocument.Parse(Text(repository, $"trees/{commit}.json"));
        Assert.Equal(1, tree.RootElement.GetProperty("format_version").GetInt32());
        Assert.Equal(
            [("README.md", 7L, Digest.Of("# Sums\n"u8).Hex)],
            tree.RootElement.GetProperty("files").EnumerateObject().Take(1).Select(f => (f.Name, f.Value.GetProperty("size").GetInt64(), f.Value.GetProperty("blob_id").GetString()!)));

        // One content: no second copy lies on the disk.
        Assert.Equal(2, Links(Path.Combine(bench.Root, import.Path!, "README.md")));
    }

    [Fact]
    public async Task Main_follows_the_current_version_and_equal_files_are_one_blob()
    {
        await using var bench = await HighBench.OpenAsync();
        await bench.CarryAsync(Shipment.Of(bench));
        var second = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2, Files = [.. p.Files, ("more.txt", "more\n")] }));
        var repository = Path.Combine(bench.Root, Repository);
        Assert.Equal(second.Claim!.Manifest.Hex[..40], Text(repository, "refs/main"));
        Assert.Equal(4, Directory.GetFiles(Path.Combine(repository, "blobs")).Length);
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(repository, "snapshots")).Length);
    }

    [Fact]
    public async Task Half_a_view_is_completed_and_a_version_is_removed_with_what_only_it_has()
    {
        await using var bench = await HighBench.OpenAsync();
        var first = await bench.CarryAsync(Shipment.Of(bench));
        var second = await bench.CarryAsync(Shipment.Of(bench, p => p with { Version = "2", Sequence = 2, Files = [.. p.Files, ("more.txt", "more\n")] }));
        var repository = Path.Combine(bench.Root, Repository);
        var commit = second.Claim!.Manifest.Hex[..40];

        // As after a crash in the middle: the snapshot is not there under its name, and its draft is half written.
        Directory.Move(Path.Combine(repository, "snapshots", commit), Path.Combine(repository, "snapshots", $".{commit}.new"));
        File.Delete(Path.Combine(repository, "snapshots", $".{commit}.new", "more.txt"));
        File.Delete(Path.Combine(repository, "trees", commit + ".json"));
        bench.Hub.Add(second.Claim);
        Assert.Equal("more\n", Text(repository, $"snapshots/{commit}/more.txt"));
        Assert.Equal([commit, first.Claim!.Manifest.Hex[..40]], Directory.GetDirectories(Path.Combine(repository, "snapshots")).Select(Path.GetFileName).OrderBy(name => name != commit));

        bench.Hub.Remove(second.Claim, [first.Claim!]);
        Assert.Equal(["1"], Directory.GetFiles(Path.Combine(repository, "refs")).Select(Path.GetFileName));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(repository, "blobs")).Length);
        Assert.Equal("# Sums\n", Text(repository, $"snapshots/{first.Claim!.Manifest.Hex[..40]}/README.md"));
    }

    [Fact]
    public async Task Success_is_written_with_what_the_documents_say()
    {
        await using var bench = await HighBench.OpenAsync();
        var import = await bench.CarryAsync(Shipment.Of(bench));
        var claim = import.Claim!;
        Assert.Equal(
            $$"""{"release":"{{claim.Release}}","manifest":"{{claim.Manifest}}","files":3,"bytes":{{claim.Bytes}}}""" + "\n", Text(bench.Root, $"{import.Path}/_SUCCESS"));
    }

    private static byte[] Bytes(HighBench bench, ImportRecord import, string path) => File.ReadAllBytes(Path.Combine(bench.Root, import.Path!, path));

    private static string Text(string directory, string path) => File.ReadAllText(Path.Combine(directory, path));

    /// <summary>How many names a file has.</summary>
    private static int Links(string path)
    {
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-c", "%h", path]) { RedirectStandardOutput = true })!;
        return int.Parse(stat.StandardOutput.ReadToEnd(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
