using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Protocol.High.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;
using ImportState = Gateway.Protocol.High.V1.Import.Types.State;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.Link;

/// <summary>
/// What the lane lost beyond parity comes by a code that a person carries. Which datagrams are lost, and which cross the second time, is decided and counted on the wire:
/// by their kind, session and block, which lie 12, 28 and 36 bytes behind the beginning of the UDP header.
/// </summary>
public sealed partial class RepairTests : IAsyncLifetime
{
    private const int ArrayBytes = 24 << 20;
    private const string LostBlocks = "{ 3, 10-12, 40 }";
    private const int LostBlockCount = 5;

    private HighSite high = null!;
    private LowSite low = null!;

    public async ValueTask InitializeAsync()
    {
        high = await HighSite.StartAsync();
        low = new LowSite(high);
        await low.StartAsync(rateBitsPerSecond: 400_000_000);
        if (high.Diode is { } diode)
        {
            // Datagrams, not what the kernel would make of many.
            await diode.SetAsync("--offload", "datagram");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await low.DisposeAsync();
        await high.DisposeAsync();
    }

    [Fact]
    public async Task Blocks_that_were_lost_whole_are_asked_for_by_a_code_and_nothing_else_crosses_again()
    {
        await LoseAsync($"@th,96,8 3 @th,224,32 1 @th,288,32 {LostBlocks}");
        var sent = await SendAsync();
        var incomplete = await high.WaitForAsync(i => i.State is ImportState.Incomplete or ImportState.Published);
        Assert.Equal((ImportState.Incomplete, LostBlockCount), (incomplete.State, (int)incomplete.MissingBlocks));

        var asked = await MustAsync("ivan", "repair", "request", "--json");
        var code = Assert.Single(asked.Json.GetProperty("codes").EnumerateArray()).GetProperty("code").GetString()!;
        Assert.Equal(code, Assert.Single((await MustAsync("ivan", "repair", "request", "--json")).Json.GetProperty("codes").EnumerateArray()).GetProperty("code").GetString());

        // As somebody types it from paper.
        var applied = await MustAsync("alice", ["repair", "apply", .. code.ToLowerInvariant().Replace('0', 'o').Split('-'), "--json"]);
        var repair = Assert.Single(applied.Json.GetProperty("repairs").EnumerateArray());
        Assert.Equal(("QUEUED", LostBlockCount), (repair.GetProperty("outcome").GetString(), repair.GetProperty("blocks").GetInt32()));
        var import = await high.WaitForAsync(i => i.State is ImportState.Published or ImportState.Quarantined && i.Session == 2);
        Assert.True(import.State == ImportState.Published, $"{import}");

        var (lost, wanted, all) = await CountsAsync();
        Assert.True(lost > LostBlockCount);
        Assert.Equal(wanted, all);
        Assert.InRange(wanted, LostBlockCount, lost * 2);
        Assert.Contains("nothing is missing", (await MustAsync("ivan", "repair", "request")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await high.Diode!.CountsAsync()).ReturnedFrames);
        Assert.Contains(
            (await high.Audit.ListAuditRecordsAsync(new() { PageSize = 1000 })).Records, r => r.Action == "repair.requested" && r.Detail.EndsWith(code, StringComparison.Ordinal));
        Assert.Equal(State.SentUnconfirmed, (await low.TransfersAs("alice").GetTransferAsync(new() { Name = $"transfers/{sent}" })).State);
    }

    [Fact]
    public async Task A_session_of_which_nothing_arrived_is_asked_for_by_its_number_and_sent_whole()
    {
        await LoseAsync("@th,96,8 { 2, 3, 5 } @th,224,32 1");
        await SendAsync();
        var asked = await UntilMissingAsync();
        Assert.Equal([1], asked.GetProperty("missingSessions").EnumerateArray().Select(s => s.GetInt32()));

        var applied = await MustAsync("alice", "repair", "apply", asked.GetProperty("code").GetString()!, "--json");
        Assert.True(Assert.Single(applied.Json.GetProperty("repairs").EnumerateArray()).GetProperty("whole").GetBoolean());
        var import = await high.WaitForAsync(i => i.State is ImportState.Published or ImportState.Quarantined);
        Assert.True(import.State == ImportState.Published, $"{import}");

        // The session that brought it names the one that it stands for.
        Assert.Contains("nothing is missing", (await MustAsync("ivan", "repair", "request")).Output, StringComparison.Ordinal);
        Assert.Empty(Assert.Single((await high.Lanes.ListLanesAsync(new())).Lanes).MissingSessions);
    }

    private async Task LoseAsync(string what)
    {
        Assert.SkipWhen(high.Diode is null, "needs root, iproute2, nftables and ethtool for a lane between network namespaces");
        await high.Diode!.HighAsync("nft", string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            table netdev repair {
                chain ingress {
                    type filter hook ingress device lane0 priority -400;
                    ip protocol udp {{what}} counter drop comment "lost"
                    ip protocol udp @th,96,8 3 @th,224,32 2 @th,288,32 {{LostBlocks}} counter comment "wanted"
                    ip protocol udp @th,96,8 3 @th,224,32 2 counter comment "all"
                }
            }
            """));
    }

    private async Task<(long Lost, long Wanted, long All)> CountsAsync()
    {
        var counts = Counter().Matches(await high.Diode!.HighAsync("nft", "list", "table", "netdev", "repair"))
            .ToDictionary(m => m.Groups[2].Value, m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        return (counts["lost"], counts["wanted"], counts["all"]);
    }

    private async Task<string> SendAsync()
    {
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(ArrayBytes));
        var id = await low.SubmitAsync(source, "repair/array");
        await low.ApproveAsync(id);
        await MustAsync("alice", "watch", id);
        return id;
    }

    /// <summary>The code, once a heartbeat has told of the session.</summary>
    private async Task<System.Text.Json.JsonElement> UntilMissingAsync()
    {
        using var deadline = new CancellationTokenSource(HighSite.Patience, TimeProvider.System);
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            if ((await MustAsync("ivan", "repair", "request", "--json")).Json.GetProperty("codes").EnumerateArray().ToList() is [var code])
            {
                return code;
            }
        }
    }

    private async Task<GatewayResult> MustAsync(string person, params string[] arguments)
    {
        var result = await low.GatewayAsync(person, arguments);
        Assert.True(result.Code == 0, $"{string.Join(' ', arguments)}: {result.Code}\n{result.Error}");
        return result;
    }

    [GeneratedRegex("counter packets ([0-9]+) bytes [0-9]+ .*?comment \"([a-z]+)\"")]
    private static partial Regex Counter();
}
