using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Grpc.Core;
using Xunit;

namespace Gateway.SystemTests.Crashes;

/// <summary>`kill -9` of the high side at ten points of a transfer: nothing half-done is ever visible, and after a restart the transfer completes.</summary>
public sealed class HighSideKillTests
{
    /// <summary>Kill once this share of the datagrams is sent, in percent; -1 as soon as the checks run, -2 as soon as it is published.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(55)]
    [InlineData(70)]
    [InlineData(85)]
    [InlineData(99)]
    [InlineData(-1)]
    [InlineData(-2)]
    public async Task Killed_high_side_carries_on(int point)
    {
        await using var site = await HighSite.StartAsync();
        using var low = new HostileLowSide(site);
        var transfer = Artifacts.Array(low.Honest(), 12 << 20);
        var total = 0;
        await foreach (var _ in Datagrams(transfer))
        {
            total++;
        }

        if (point >= 0)
        {
            var killAt = total * point / 100;
            await low.SendAsync(transfer, (i, datagram) =>
            {
                if (i == killAt)
                {
                    site.KillServiceAsync().GetAwaiter().GetResult();
                }

                return i > killAt ? null : datagram;
            });
        }
        else
        {
            var number = await low.SendAsync(transfer);
            var wanted = point == -1 ? Import.Types.State.Verifying : Import.Types.State.Published;
            await site.WaitForAsync(i => i.Session == number && i.State >= wanted);
            await site.KillServiceAsync();
        }

        Assert.True(IsWholeOrAbsent(site, transfer));
        await site.StartServiceAsync();
        Assert.True(IsWholeOrAbsent(site, transfer));

        // What the kill did not undo need not be sent again; the ledger refuses a second publication.
        // What had arrived whole is verified anew meanwhile, and a session of it is turned away.
        var session = await low.SendAsync(transfer);
        var again = await site.WaitForAsync(
            i => i.State == Import.Types.State.Published || (i.Session == session && i.State is Import.Types.State.Quarantined or Import.Types.State.Incomplete));
        Assert.True(again.State == Import.Types.State.Published || again.Refusal?.Code == Protocol.V1.RefusalCode.TransferConsumed, $"{again}\n{site.Service!.Output}");
        var import = await site.Imports.GetImportAsync(new GetImportRequest { Name = $"{transfer.Name}@{transfer.Version}" });
        Assert.Equal(Import.Types.State.Published, import.State);
        Assert.True(IsWhole(site, transfer));
    }

    private static IAsyncEnumerable<ReadOnlyMemory<byte>> Datagrams(HostileTransfer transfer)
    {
        var (content, stream) = transfer.Build();
        var encoder = SessionEncoder.Create(new SessionHeader(HighSite.Lane, 1, FecGeometry.Default, content)).Succeeded(out var made, out var refusal)
            ? made
            : throw new InvalidOperationException(refusal.ToString());
        return encoder.DatagramsAsync(ByteSource.Of(stream), 1, new DatagramSealer(HighSite.Lane, null, new(1)), TestContext.Current.CancellationToken);
    }

    private static bool IsWholeOrAbsent(HighSite site, HostileTransfer transfer) => !Directory.Exists(VersionDirectory(site, transfer)) || IsWhole(site, transfer);

    private static bool IsWhole(HighSite site, HostileTransfer transfer) => transfer.Files.All(f =>
        File.Exists(Path.Combine(VersionDirectory(site, transfer), f.Path))
        && Core.Digest.Of(Read(Path.Combine(VersionDirectory(site, transfer), f.Path))) == Core.Digest.Of(f.Content));

    private static string VersionDirectory(HighSite site, HostileTransfer transfer) => Path.Combine(site.Published, "datasets", transfer.Name, transfer.Version);

    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
