using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.Low.Send;
using Gateway.Tests.Core.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class FolderSenderTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly byte[] artifact = new byte[5_000_000];
    private ulong session;

    public void Dispose() => directory.Dispose();

    private string Drafts => directory[".drafts"];

    [Fact]
    public async Task No_volume_has_its_name_before_all_of_them_are_whole()
    {
        await using var sender = Sender(Options());
        var seen = 0;
        await sender.SendAsync(
            Session() with
            {
                Read = (offset, into, token) =>
                {
                    seen = Math.Max(seen, Directory.GetFiles(directory.Path).Length);
                    Assert.NotEmpty(Directory.GetFiles(Drafts));
                    return ByteSource.Of(artifact)(offset, into, token);
                },
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(0, seen);
        Assert.Empty(Directory.GetFiles(Drafts));
        var volumes = Directory.GetFiles(directory.Path).Order(StringComparer.Ordinal).Select(Read).ToList();
        Assert.Equal(Enumerable.Range(0, volumes.Count), volumes.Select(v => v.Index));
        Assert.Single(volumes.DistinctBy(v => v with { Index = 0 }));
        Assert.Equal((Datagram.TagOf("lane-1"), 1UL), (volumes[0].LaneTag, volumes[0].Session));
    }

    [Fact]
    public async Task A_session_that_is_cancelled_or_fails_leaves_nothing()
    {
        await using var sender = Sender(Options());
        using var cancel = new CancellationTokenSource();
        var cancelled = Session() with
        {
            Read = async (offset, into, token) =>
            {
                await cancel.CancelAsync();
                await ByteSource.Of(artifact)(offset, into, CancellationToken.None);
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(cancelled, cancel.Token));
        await Assert.ThrowsAsync<EndOfStreamException>(() => sender.SendAsync(
            Session() with { Read = (_, _, _) => throw new EndOfStreamException() }, TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(directory.Path, "*", SearchOption.AllDirectories));
        Assert.Empty(sender.Status.ActiveSessions);
    }

    [Fact]
    public async Task Progress_is_told_when_the_volumes_are_there_and_not_before()
    {
        await using var sender = Sender(Options());
        var told = new List<long>();
        var files = -1;
        await sender.SendAsync(
            Session() with
            {
                Progress = bytes =>
                {
                    told.Add(bytes);
                    files = Directory.GetFiles(directory.Path).Length;
                },
            },
            TestContext.Current.CancellationToken);
        Assert.Equal([artifact.Length], told);
        Assert.True(files > 0);
        Assert.Equal((LaneStatus.Folder, 1UL), (sender.Status.Kind, sender.Status.LastSession));
    }

    [Fact]
    public async Task A_disk_without_room_is_said_before_a_number_is_taken()
    {
        await using var sender = Sender(Options() with { ReserveBytes = 1L << 60 });
        var full = await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(Session(), TestContext.Current.CancellationToken));
        Assert.Equal(28, full.HResult);
        Assert.Equal(0UL, session);
    }

    [Fact]
    public async Task A_session_of_more_volumes_than_a_set_has_is_refused_with_the_way_out()
    {
        await using var sender = Sender(Options() with { VolumeBytes = FolderSenderOptions.MinimumVolumeBytes });
        var huge = Session() with { Content = Content(1L << 32) };
        var refused = await Assert.ThrowsAsync<SessionRefusedException>(() => sender.SendAsync(huge, TestContext.Current.CancellationToken));
        Assert.Equal(RefusalCode.TooLarge, refused.Refusal.Code);
        Assert.Contains("volumeBytes", refused.Refusal.Detail, StringComparison.Ordinal);
        Assert.Equal(0UL, session);
    }

    [Fact]
    public async Task Drafts_of_an_earlier_run_are_cleared_away()
    {
        Directory.CreateDirectory(Drafts);
        File.WriteAllText(Path.Combine(Drafts, "half.volume"), "half");
        await using var sender = Sender(Options());
        sender.Start();
        Assert.False(Directory.Exists(Drafts));
    }

    private static SessionContent Content(long bytes) =>
        new(WireSession.TransferId, bytes, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());

    private static Volume Read(string path)
    {
        using var file = File.OpenHandle(path);
        var header = new byte[Volume.HeaderBytes];
        RandomAccess.Read(file, header, 0);
        Assert.True(Volume.TryRead(header, out var volume));
        Assert.Equal(volume.FileBytes, RandomAccess.GetLength(file));
        RandomAccess.Read(file, header, volume.FileBytes - Volume.HeaderBytes);
        Assert.True(Volume.TryRead(header, out var again));
        Assert.Equal(volume, again);
        return volume;
    }

    private FolderSenderOptions Options() => new() { Lane = "lane-1", Directory = directory.Path, VolumeBytes = 2 << 20, ParityVolumes = 1 };

    private OutboundSession Session() => new() { Content = Content(artifact.Length), Read = ByteSource.Of(artifact) };

    private FolderSender Sender(FolderSenderOptions options) =>
        new(options, new(1), (_, _) => ValueTask.FromResult(++session), NullLogger<FolderSender>.Instance);
}
