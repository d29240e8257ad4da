using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Gateway.Storage.Low;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using State = Gateway.Protocol.Low.V1.Transfer.Types.State;

namespace Gateway.Tests.Low.Seal;

/// <summary>Files that were sent to an enclave are not sent there again, unless somebody asks for them.</summary>
public sealed class SentFilesTests
{
    private const int RestBytes = 10_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Second_version_leaves_out_what_the_first_brought_and_a_resend_leaves_out_nothing()
    {
        await using var world = await LowWorld.StartAsync();
        var first = await SendAsync(world, Version("1"));
        Assert.Equal(0, first.SparedBytes);
        var whole = world.Lane.Status.Datagrams;

        var second = await SendAsync(world, Version("2"));
        var crossed = world.Lane.Status.Datagrams - whole;
        Assert.InRange(second.SparedBytes, second.TotalBytes / 2, second.TotalBytes - RestBytes);
        Assert.InRange(crossed, 1, whole / 2);
        Assert.Contains(
            await world.AuditAsync(),
            record => record.Action == "transfer.spared" && record.Detail.StartsWith($"{second.SparedBytes} of {second.TotalBytes} bytes", StringComparison.Ordinal));

        var before = world.Lane.Status.Datagrams;
        await world.Transfers("ada").ResendTransferAsync(new() { Name = second.Name, RequestId = Guid.NewGuid().ToString() }, cancellationToken: Cancellation);
        Assert.Equal(3UL, (await world.ReachAsync(second.Name, State.SentUnconfirmed)).Session);
        Assert.InRange(world.Lane.Status.Datagrams - before, (whole * 9) / 10, long.MaxValue);
    }

    [Fact]
    public async Task Artifact_of_which_everything_was_sent_crosses_as_its_documents()
    {
        await using var world = await LowWorld.StartAsync();
        await SendAsync(world, Version("1"));
        var whole = world.Lane.Status.Datagrams;
        var copy = await SendAsync(world, Version("1", "acme/copy"));
        Assert.Equal((copy.TotalBytes, copy.TotalBytes, 2UL), (copy.SparedBytes, copy.SentBytes, copy.Session));
        Assert.InRange(world.Lane.Status.Datagrams - whole, 1, whole / 2);
    }

    [Fact]
    public async Task Session_that_was_lost_is_sent_again_as_it_was()
    {
        await using var world = await LowWorld.StartAsync();
        await SendAsync(world, Version("1"));
        var second = await SendAsync(world, Version("2"));
        var code = RepairCode.Make("lane-1", world.LaneKey, new([2], [])).Text;
        var repairs = await new RepairService.RepairServiceClient(world.Channel("ada")).ApplyRepairAsync(
            new() { RequestId = Guid.NewGuid().ToString(), Code = code }, cancellationToken: Cancellation);
        var repair = Assert.Single(repairs.Repairs);
        Assert.Equal((second.Name, false), (repair.Transfer, repair.Whole));
        Assert.InRange(repair.Bytes, RestBytes, second.TotalBytes / 2);
        Assert.Equal(3UL, (await world.ReachAsync(second.Name, State.SentUnconfirmed)).Session);
    }

    [Fact]
    public async Task Site_that_wants_everything_sent_gets_it()
    {
        await using var world = await LowWorld.StartAsync(settings: "\n\"deduplication\": { \"days\": 0 },");
        await SendAsync(world, Version("1"));
        Assert.Equal(0, (await SendAsync(world, Version("2"))).SparedBytes);
    }

    [Fact]
    public async Task Files_count_for_the_enclave_they_went_to_and_are_forgotten_in_time()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var catalog = (await LowCatalog.OpenAsync(directory["low.db"], time)).OrRefuse();
        var files = Enumerable.Range(0, 12_000).Select(i => Digest.Of(BitConverter.GetBytes(i))).ToList();
        DateTimeOffset Since() => time.GetUtcNow().AddDays(-30);
        await catalog.RecordSentAsync("enclave-a", files, Since(), Cancellation);
        Assert.Equal(12_000, (await catalog.FindSentAsync("enclave-a", files.Append(Digest.Of("other"u8)), Since(), Cancellation)).Count);
        Assert.Empty(await catalog.FindSentAsync("enclave-b", files, Since(), Cancellation));

        time.Advance(TimeSpan.FromDays(20));
        await catalog.RecordSentAsync("enclave-a", files.Take(10), Since(), Cancellation);
        time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(10, (await catalog.FindSentAsync("enclave-a", files, Since(), Cancellation)).Count);
        await catalog.RecordSentAsync("enclave-a", [], Since(), Cancellation);
        Assert.Equal(10, (await catalog.FindSentAsync("enclave-a", files, DateTimeOffset.UnixEpoch, Cancellation)).Count);
    }

    /// <summary>A large file that all versions share, and one that each has for itself.</summary>
    private static SampleArtifact Version(string version, string name = "acme/corpus") => new(
        name,
        version,
        [
            .. SampleArtifact.Of(text: new string('x', 100) + "\n").Files,
            ("zz.txt", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"version {version}\n", RestBytes / 10))), "text"),
        ]);

    private static async Task<Transfer> SendAsync(LowWorld world, SampleArtifact artifact)
    {
        var waiting = await world.BringAsync(artifact, State.AwaitingApproval);
        await world.ApproveAsync("bob", waiting);
        await world.ApproveAsync("carol", waiting);
        return await world.ReachAsync(waiting.Name, State.SentUnconfirmed);
    }
}
