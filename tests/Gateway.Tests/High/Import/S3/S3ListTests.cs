using System.Text;
using System.Xml.Linq;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>Lists, held against a plain reading of the rule: all keys, sorted by their bytes, rolled up one by one.</summary>
public sealed class S3ListTests : IAsyncLifetime
{
    /// <summary>Names, versions and paths whose order is not that of a catalog, of UTF-16 or of names without their slash.</summary>
    private static readonly (string Name, string Version, string[] Files)[] Published =
    [
        ("lab/sums", "1", ["a.txt", "a/b.txt", "a/b/c.txt", "a-b.txt", "é/x y+z&.txt", "￥.txt", "😀.txt"]),
        ("lab/sums", "1-rc", ["a.txt"]),
        ("lab/sums", "Z", ["z/z/z.txt", "zz.txt"]),
        ("lab/sums", "d", ["d.txt"]),
        ("lab/sums-b", "1", ["a.txt", "b.txt"]),
        ("lab/sums.b", "x", ["a.txt"]),
        ("Lab/sums2", "1", ["a.txt"]),
        ("lab-x/a", "1", ["a.txt"]),
        ("secret/a", "1", ["a.txt"]),
    ];

    private ReaderBench bench = null!;
    private S3Sender sender = null!;
    private List<string> keys = null!;

    public async ValueTask InitializeAsync()
    {
        bench = await ReaderBench.StartAsync(ReaderProtocols.S3);
        sender = new S3Sender(bench, await bench.MakeKeyAsync("lab/*", "lab-x/a"));
        keys = [];
        foreach (var group in Published.GroupBy(one => one.Name))
        {
            var sequence = 0;
            foreach (var (name, version, files) in group)
            {
                sequence++;
                var import = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with
                {
                    Name = name, Version = version, Sequence = sequence, Files = [.. files.Select(file => (file, $"{name} {version} {file}\n"))],
                }));
                Assert.True(import.Refusal is null, $"{import.Refusal}");
                keys.AddRange(files.Select(file => $"{name}/{version}/{file}"));
            }

            keys.AddRange(group.Last().Files.Select(file => $"{group.Key}/current/{file}"));
        }

        keys.RemoveAll(key => key.StartsWith("secret/", StringComparison.Ordinal));
        keys.Sort(Order);
    }

    public async ValueTask DisposeAsync()
    {
        sender.Dispose();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task Pages_of_any_size_hold_what_the_rule_says_in_order()
    {
        Assert.Equal(keys, await ReadAsync("", "", 1_000, isSecond: true));
        var asked = 0;
        foreach (var prefix in new[] { "", "l", "lab", "lab/", "Lab", "lab/sums", "lab/sums/", "lab/sums-", "lab/sums/1", "lab/sums/1/", "lab/sums/1/a", "lab/sums/1/a/", "lab/sums/c", "lab/sums/current/", "lab/sums/1/é/", "lab/sums/1/￥", "x", "é" })
        {
            foreach (var delimiter in new[] { "", "/", "s/", "a", "/1" })
            {
                var size = (asked++ % 3) switch { 0 => 1, 1 => 2, _ => 7 };
                Assert.Equal(Rule(prefix, delimiter, ""), await ReadAsync(prefix, delimiter, size, isSecond: asked % 2 == 0));
            }
        }
    }

    [Fact]
    public async Task List_begins_after_any_text()
    {
        foreach (var after in keys.Concat(["lab", "lab/", "lab/sums/1/", "lab/sums/1/a/b", "lab/sums/current", "lab/sums/current/", "lab/sums0", "~", "é", "a/b/c/d/e", "lab/sums-b/1/zzz"]))
        {
            foreach (var delimiter in new[] { "", "/" })
            {
                var expected = Rule("", delimiter, after);
                Assert.Equal(expected, Entries(await sender.XmlAsync($"/datasets?list-type=2&delimiter={delimiter}&start-after={Uri.EscapeDataString(after)}")));
                Assert.Equal(expected, Entries(await sender.XmlAsync($"/datasets?delimiter={delimiter}&marker={Uri.EscapeDataString(after)}")));
            }
        }
    }

    [Fact]
    public async Task No_keys_are_asked_for_and_none_are_answered()
    {
        var list = await sender.XmlAsync("/datasets?list-type=2&max-keys=0");
        Assert.Empty(Entries(list));
        Assert.Equal("false", Value(list, "IsTruncated"));
        Assert.Empty(Entries(await sender.XmlAsync("/checkpoints?list-type=2")));
    }

    [Fact]
    public async Task Names_alone_read_no_manifest()
    {
        foreach (var manifest in Directory.EnumerateFiles(Path.Combine(bench.High.Root, "published"), PublishedFiles.Manifest, SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(Path.GetDirectoryName(manifest)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Delete(manifest);
        }

        Assert.Equal(["Lab/", "lab-x/", "lab/"], Entries(await sender.XmlAsync("/datasets?list-type=2&delimiter=/")));
        Assert.Equal(
            ["lab/sums/1-rc/", "lab/sums/1/", "lab/sums/Z/", "lab/sums/current/", "lab/sums/d/"],
            Entries(await sender.XmlAsync("/datasets?list-type=2&delimiter=/&prefix=lab/sums/")));
    }

    private static int Order(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private List<string> Rule(string prefix, string delimiter, string after)
    {
        var list = new List<string>();
        foreach (var key in keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var index = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var entry = index < 0 ? key : key[..(index + delimiter.Length)];
            if (Order(entry, after) > 0 && !list.Contains(entry))
            {
                list.Add(entry);
            }
        }

        return list;
    }

    private async Task<List<string>> ReadAsync(string prefix, string delimiter, int size, bool isSecond)
    {
        var entries = new List<string>();
        var target = $"/datasets?encoding-type=url&prefix={Uri.EscapeDataString(prefix)}&delimiter={Uri.EscapeDataString(delimiter)}&max-keys={size}{(isSecond ? "&list-type=2" : "")}";
        for (var next = ""; ;)
        {
            var page = await sender.XmlAsync(target + next);
            var read = Entries(page).Select(Uri.UnescapeDataString).ToList();
            entries.AddRange(read);
            if (Value(page, "IsTruncated") == "false")
            {
                return entries;
            }

            Assert.Equal(size, read.Count);
            next = isSecond ? $"&continuation-token={Value(page, "NextContinuationToken")}" : $"&marker={Value(page, "NextMarker")}";
        }
    }

    /// <summary>Keys and what keys are rolled up to, in order.</summary>
    private static List<string> Entries(XElement list)
    {
        var entries = list.Elements().Where(element => element.Name.LocalName is "Contents" or "CommonPrefixes").Select(element => element.Elements().First().Value).ToList();
        entries.Sort((left, right) => Order(Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)));
        return entries;
    }

    private static string? Value(XElement list, string name) => list.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
}
