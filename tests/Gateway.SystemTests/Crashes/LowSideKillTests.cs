using Gateway.Protocol.High.V1;
using Gateway.Protocol.Low.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Grpc.Core;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.SystemTests.Crashes;

/// <summary>`kill -9` of the low side at ten points of a transfer: nothing acknowledged is lost, and after a restart the transfer goes on to publication.</summary>
public sealed class LowSideKillTests
{
    private const int ArrayBytes = 24 << 20;

    public static TheoryData<string> Points =>
    [
        "created", "a fifth uploaded", "three fifths uploaded", "all uploaded", "submitted", "awaiting approval", "first approval", "approved", "sending", "sent",
    ];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_low_side_carries_on(string point)
    {
        await using var high = await HighSite.StartAsync();
        await using var low = new LowSite(high);
        await low.StartAsync(rateBitsPerSecond: 200_000_000);
        var source = Directory.CreateDirectory(Path.Combine(high.Directory, "source")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "array.npy"), Artifacts.Npy(ArrayBytes));
        var alice = low.TransfersAs("alice");

        await using var submit = low.StartGateway(
            "alice", "submit", source, "--name", "crash/low", "--version", "1", "--kind", "dataset", "--to", HighSite.Enclave, "--reason", "to be killed", "--class", "internal", "--json");
        await KillAtAsync("created", t => t.State >= State.Uploading);
        await KillAtAsync("a fifth uploaded", t => t.StagedBytes > ArrayBytes / 5);
        await KillAtAsync("three fifths uploaded", t => t.StagedBytes > ArrayBytes / 5 * 3);
        await KillAtAsync("all uploaded", t => t.StagedBytes >= ArrayBytes);
        await KillAtAsync("submitted", t => t.State >= State.Submitted);
        Assert.True(await submit.ExitAsync(HighSite.Patience) == 0, submit.Output);

        await KillAtAsync("awaiting approval", t => t.State >= State.AwaitingApproval);
        var id = (await TransferAsync(t => t.State == State.AwaitingApproval)).Name.Split('/')[1];
        var digest = (await TransferAsync(_ => true)).ReleaseSha256;
        await ApproveAsync("bob");
        await KillAtAsync("first approval", t => t.Approvals.Count >= 1);
        Assert.Equal(digest, (await TransferAsync(t => t.Approvals.Count == 1)).ReleaseSha256);
        await ApproveAsync("carol");
        await KillAtAsync("approved", t => t.State >= State.Approved);
        await KillAtAsync("sending", t => t.State == State.SentUnconfirmed || t.SentBytes > 0);
        await KillAtAsync("sent", t => t.State == State.SentUnconfirmed);

        await TransferAsync(t => t.State == State.SentUnconfirmed);
        var import = await high.WaitForAsync(i => i.State is Import.Types.State.Published or Import.Types.State.Quarantined);
        Assert.True(import.State == Import.Types.State.Published, $"{import}");

        async Task KillAtAsync(string here, Func<Transfer, bool> reached)
        {
            if (here == point)
            {
                await TransferAsync(reached);
                await low.Service!.KillAsync();
                await low.RestartAsync();
            }
        }

        async Task ApproveAsync(string person)
        {
            var result = await low.GatewayAsync(person, "approve", id, "--digest", digest, "-m", "read and found good");
            Assert.True(result.Code == 0, result.Error);
        }

        async Task<Transfer> TransferAsync(Func<Transfer, bool> reached)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            deadline.CancelAfter(HighSite.Patience);
            while (true)
            {
                deadline.Token.ThrowIfCancellationRequested();
                var transfers = await alice.ListTransfersAsync(new ListTransfersRequest(), cancellationToken: deadline.Token);
                if (transfers.Transfers.SingleOrDefault() is { } transfer && reached(transfer))
                {
                    return transfer;
                }
            }
        }
    }
}
