using System.Net;
using System.Xml.Linq;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>Lists, held against a plain reading of the rule: all keys, sorted by their bytes, rolled up one by one.</summary>
public sealed class S3ListTests(S3ListSite site) : IClassFixture<S3ListSite>
{
    private readonly S3Sender sender = site.Sender;
    private readonly List<string> keys = site.Keys;

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
        await using var own = await S3Site.OpenAsync();
        var documents = Path.Combine(own.Bench.High.Root, "published", "datasets", "lab", "sums", "1", PublishedFiles.Directory);
        File.SetUnixFileMode(documents, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(Path.Combine(documents, PublishedFiles.Manifest));
        Assert.Equal(["lab/"], Entries(await own.Sender.XmlAsync("/datasets?list-type=2&delimiter=/")));
        Assert.Equal(["lab/sums/1/", "lab/sums/current/"], Entries(await own.Sender.XmlAsync("/datasets?list-type=2&delimiter=/&prefix=lab/sums/")));
        using var files = await own.Sender.SendAsync(HttpMethod.Get, "/datasets?list-type=2");
        Assert.Equal(HttpStatusCode.InternalServerError, files.StatusCode);
    }

    private List<string> Rule(string prefix, string delimiter, string after)
    {
        var list = new List<string>();
        foreach (var key in keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var index = delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
            var entry = index < 0 ? key : key[..(index + delimiter.Length)];
            if (S3ListSite.Order(entry, after) > 0 && !list.Contains(entry))
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
        entries.Sort((left, right) => S3ListSite.Order(Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)));
        return entries;
    }

    private static string? Value(XElement list, string name) => list.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
}
