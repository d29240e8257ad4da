using System.Text;
using Gateway.High.Import.Web;
using Xunit;

namespace Gateway.Tests.High.Import.S3;

/// <summary>An end point with names, versions and paths whose order is not that of a catalog, of UTF-16 or of names without their slash.</summary>
public sealed class S3ListSite : IAsyncLifetime
{
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

    internal S3Sender Sender { get; private set; } = null!;

    /// <summary>All keys that the access key is for, in order.</summary>
    public List<string> Keys { get; } = [];

    public async ValueTask InitializeAsync()
    {
        bench = await ReaderBench.StartAsync(ReaderProtocols.S3);
        Sender = new S3Sender(bench, await bench.MakeKeyAsync("lab/*", "lab-x/a"));
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
                Keys.AddRange(files.Select(file => $"{name}/{version}/{file}"));
            }

            Keys.AddRange(group.Last().Files.Select(file => $"{group.Key}/current/{file}"));
        }

        Keys.RemoveAll(key => key.StartsWith("secret/", StringComparison.Ordinal));
        Keys.Sort(Order);
    }

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        await bench.DisposeAsync();
    }

    /// <summary>That of UTF-8 bytes.</summary>
    internal static int Order(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));
}
