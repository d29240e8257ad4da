using System.Buffers.Binary;
using System.Diagnostics;
using Gateway.Core.Wire;
using Gateway.High.Receive;
using Gateway.Low.Send;
using Gateway.Tests.Core.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.High.Receive;

/// <summary>Both ends of a folder lane, and between them a person who carries files, loses some and damages others.</summary>
public sealed class FolderLaneTests : IDisposable
{
    private const string Lane = "lane-1";

    /// <summary>A group of blocks, whole: a short one is sent twice.</summary>
    private static readonly int GroupBytes = FolderSenderOptions.Geometry.Interleave * FolderSenderOptions.Geometry.PayloadBytes;

    private readonly TemporaryDirectory directory = new();
    private readonly ReceivedArtifacts received = new();
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
    private readonly LaneKey key = LaneKey.Generate();
    private readonly LaneSequence sequence = new(1);
    private readonly byte[] artifact = new byte[2 * GroupBytes];
    private ulong session;

    public FolderLaneTests()
    {
        new Random(5).NextBytes(artifact);
        Directory.CreateDirectory(Outbox);
        Directory.CreateDirectory(Inbox);
    }

    private string Outbox => directory["out"];

    private string Inbox => directory["in"];

    public void Dispose()
    {
        received.Dispose();
        directory.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_session_crosses_in_volumes_of_the_stated_size_and_nothing_else_lies_beside_them()
    {
        var volumes = await SendAsync();
        Assert.InRange(volumes.Count, 9, 12);
        Assert.All(volumes, v => Assert.InRange(new FileInfo(v).Length, 1, 2 << 20));
        Assert.Empty(Directory.EnumerateFiles(Outbox, "*", SearchOption.AllDirectories).Except(volumes));

        Carry(volumes);
        await using var receiving = Receive();
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
        Assert.Equal((LaneStatus.Folder, 1UL, 0L), (receiving.Receiver.Status.Kind, receiving.Receiver.Status.LastSession, receiving.Receiver.Status.LostBlocks));
        Assert.Equal(key.IdFor(Lane), receiving.Receiver.Status.KeyId);
    }

    [Fact]
    public async Task Two_lost_volumes_and_damage_in_most_others_are_mended()
    {
        var volumes = await SendAsync(parityVolumes: 3);
        Carry(volumes.Skip(2));
        var random = new Random(3);
        var stripe = 0L;
        foreach (var volume in Directory.EnumerateFiles(Inbox).Order().Take(7).ToList())
        {
            // One slab of each, in a stripe of its own: together with the two that are gone, three of a stripe.
            Flip(volume, new Volume(0, 0, 1, FolderGeometry(volumes.Count, 3), 0, 1).OffsetOf(stripe++) + random.Next(VolumeGeometry.DefaultSlabBytes));
        }

        await using var receiving = Receive();
        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        Assert.Equal(0, outcome.Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
    }

    [Fact]
    public async Task A_bad_sector_is_survived_even_without_parity_volumes()
    {
        var volumes = await SendAsync(parityVolumes: 0);
        Carry(volumes);
        Flip(Path.Combine(Inbox, Path.GetFileName(volumes[^1])), 300_000);

        await using var receiving = Receive();
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
        Assert.True(receiving.Receiver.Status.RepairedBlocks > 0);
    }

    [Fact]
    public async Task Too_few_volumes_bring_what_they_hold_and_the_rest_completes_it_when_it_comes()
    {
        var volumes = await SendAsync();
        Carry(volumes.Take(3));
        await using var receiving = Receive();
        var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        Assert.InRange(outcome.Blocks.Missing, 1, outcome.Blocks.Blocks);

        Carry(volumes.Skip(3));
        while (outcome.Blocks.Missing > 0)
        {
            outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
        }

        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
    }

    [Fact]
    public async Task A_repair_brings_just_the_blocks_that_are_missing()
    {
        var volumes = await SendAsync(bytes: artifact.Length);
        Carry(volumes);
        foreach (var volume in Directory.EnumerateFiles(Inbox).Order().Take(4).ToList())
        {
            // Four slabs of the last whole stripe, which is of the second group: more than parity mends.
            Flip(volume, new FileInfo(volume).Length - 400_000);
        }

        await using (Receive())
        {
            var outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
            Assert.Equal(FolderSenderOptions.Geometry.Interleave, outcome.Blocks.Missing);
            var missing = BlockRanges.Of(Enumerable.Range(0, (int)outcome.Blocks.Blocks).Where(b => !outcome.Blocks.Has(b)).Select(b => new BlockRange(b, 1)));
            var repair = await SendAsync(bytes: artifact.Length, only: missing);
            Assert.True(repair.Sum(v => new FileInfo(v).Length) < volumes.Sum(v => new FileInfo(v).Length) * 2 / 3);
            Carry(repair);
            while (outcome.Blocks.Missing > 0)
            {
                outcome = await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token);
            }
        }

        Assert.True(received.Equals(WireSession.TransferId, artifact));
    }

    [Fact]
    public async Task Weights_cross_in_fewer_bytes_where_that_is_asked_for_also_beside_what_does_not_shrink_and_without_a_volume()
    {
        // The third block stays noise: a group of long and short blocks.
        for (var i = 0; i + 1 < GroupBytes; i += 2)
        {
            if (i / FolderSenderOptions.Geometry.PayloadBytes != 2)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(artifact.AsSpan(i), (ushort)(0x3C00 | artifact[i]));
            }
        }

        var whole = await SendAsync();
        var packed = await SendAsync(packs: true);
        Assert.Equal(whole.Count, packed.Count);
        Assert.InRange(BytesOf(packed), 1, BytesOf(whole) * 9 / 10);

        Carry(packed.Skip(2));
        await using var receiving = Receive();
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));

        static long BytesOf(List<string> volumes) => volumes.Sum(volume => new FileInfo(volume).Length);
    }

    [Fact]
    public async Task A_session_whose_media_were_lost_is_missing_until_a_later_one_of_its_transfer_is_read()
    {
        const string other = "0190a0b0c0d0e0f00102030405060709";
        Carry(await SendAsync(other: other));
        await SendAsync();
        var next = await SendAsync(other: "0190a0b0c0d0e0f0010203040506070a");
        var again = await SendAsync(earlier: [new(2, 2)]);
        await using var receiving = Receive();
        await received.OutcomeOfAsync(other, deadline.Token);
        Carry(next);
        await Condition.HoldsAsync(() => receiving.Receiver.Status.MissingSessions is [2], "what the lane is to show");
        Carry(again);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        await Condition.HoldsAsync(() => receiving.Receiver.Status is { LastSession: 4, MissingSessions: [] }, "what the lane is to show");
    }

    [Fact]
    public async Task Volumes_of_a_whole_session_are_removed_where_that_is_asked_for_also_those_that_come_late()
    {
        var volumes = await SendAsync();
        File.WriteAllText(Path.Combine(Inbox, "notes.txt"), "not ours");
        Carry(volumes.Skip(1));
        await using var receiving = Receive(delete: true);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        await Condition.HoldsAsync(() => Directory.GetFiles(Inbox).Length == 1, "what the lane is to show");
        Carry(volumes.Take(1));
        await Condition.HoldsAsync(() => Directory.GetFiles(Inbox).Length == 1, "what the lane is to show");
        Assert.True(File.Exists(Path.Combine(Inbox, "notes.txt")));
    }

    [Fact]
    public async Task Nothing_is_removed_or_changed_where_that_is_not_asked_for()
    {
        Carry(await SendAsync());
        var before = Listing();
        await using (Receive())
        {
            Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        }

        Assert.Equal(before, Listing());
        IEnumerable<(string, long, DateTime)> Listing() => new DirectoryInfo(Inbox).GetFiles().Select(f => (f.Name, f.Length, f.LastWriteTimeUtc)).Order().ToList();
    }

    [Fact]
    public async Task Sets_are_read_in_any_order_also_older_ones_after_newer_starts_of_the_sender()
    {
        var older = await SendAsync();
        var newer = await SendAsync(other: "0190a0b0c0d0e0f00102030405060709", started: new LaneSequence(2));
        Carry(newer);
        await using var receiving = Receive();
        Assert.Equal(0, (await received.OutcomeOfAsync("0190a0b0c0d0e0f00102030405060709", deadline.Token)).Blocks.Missing);
        Carry(older);
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
    }

    [Fact]
    public async Task Links_pipes_directories_strangers_and_liars_in_the_inbox_are_survived_and_left_alone()
    {
        var volumes = await SendAsync();
        File.CreateSymbolicLink(Path.Combine(Inbox, "link.volume"), volumes[0]);
        File.CreateSymbolicLink(Path.Combine(Inbox, "dangling.volume"), "/nowhere");
        File.CreateSymbolicLink(Path.Combine(Inbox, "endless.volume"), "/dev/zero");
        Directory.CreateDirectory(Path.Combine(Inbox, "directory.volume"));
        using (var pipe = Process.Start("mkfifo", [Path.Combine(Inbox, "pipe.volume")]))
        {
            await pipe.WaitForExitAsync(deadline.Token);
        }

        File.WriteAllBytes(Path.Combine(Inbox, "empty.volume"), []);
        File.WriteAllText(Path.Combine(Inbox, "noise.volume"), new string('x', 300_000));
        Lie("longest.volume", FolderGeometry(255, 55), Volume.MaximumStripes);
        Lie("other-lane.volume", FolderGeometry(4, 1), 1, "lane-2");
        using (var sparse = File.OpenHandle(Lie("sparse.volume", FolderGeometry(1, 0), Volume.MaximumStripes), FileMode.Open, FileAccess.Write))
        {
            RandomAccess.SetLength(sparse, 1L << 40);
        }

        // A copy of a genuine volume with garbage for its slabs, under a name that comes first.
        File.Copy(volumes[1], Path.Combine(Inbox, "0-copy.volume"));
        Flip(Path.Combine(Inbox, "0-copy.volume"), 100_000);
        Carry(volumes);

        await using var receiving = Receive();
        Assert.Equal(0, (await received.OutcomeOfAsync(WireSession.TransferId, deadline.Token)).Blocks.Missing);
        Assert.True(received.Equals(WireSession.TransferId, artifact[..GroupBytes]));
        Assert.Equal(1, received.Opened);
    }

    [Fact]
    public async Task Volumes_under_another_key_bring_nothing()
    {
        Carry(await SendAsync(under: LaneKey.Generate()));
        await using var receiving = Receive();
        await Condition.HoldsAsync(() => receiving.Receiver.Status.Foreign > 0, "what the lane is to show");
        Assert.Equal(0, received.Opened);
    }

    [Fact]
    public async Task A_set_cut_at_any_place_or_with_any_header_byte_changed_never_throws_and_never_gives_wrong_bytes()
    {
        var volumes = await SendAsync(parityVolumes: 1, bytes: 100_000);
        Assert.Equal(2, volumes.Count);
        var whole = await File.ReadAllBytesAsync(volumes[0], deadline.Token);
        var path = Path.Combine(Inbox, "cut.volume");
        var lengths = Enumerable.Range(0, 200).Concat(Enumerable.Range(0, 400).Select(i => whole.Length - i)).Concat(Enumerable.Range(1, 50).Select(i => whole.Length / 51 * i));
        foreach (var length in lengths)
        {
            Read([.. whole.AsSpan(0, length)]);
        }

        for (var at = 0; at < whole.Length; at += at < Volume.HeaderBytes || at > whole.Length - 100 ? 1 : 4099)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0x40;
            Read(changed);
        }

        void Read(byte[] bytes)
        {
            File.WriteAllBytes(path, bytes);
            foreach (var set in new VolumeInbox(Inbox, Lane).Look(TimeSpan.Zero))
            {
                using var reader = new VolumeSetReader(set);
                for (var stripe = 0L; stripe < Math.Min(set.Stripes, 10); stripe++)
                {
                    var there = reader.Read(stripe);
                    Assert.True(there == 0 || whole.AsSpan((int)set.Id.OffsetOf(stripe), VolumeGeometry.DefaultSlabBytes).SequenceEqual(reader.Content(0).Span));
                }
            }
        }
    }

    private static VolumeGeometry FolderGeometry(int volumes, int parityVolumes) =>
        VolumeGeometry.Create(volumes - parityVolumes, parityVolumes, VolumeGeometry.DefaultSlabBytes).Succeeded(out var geometry, out var refusal)
            ? geometry
            : throw new InvalidOperationException(refusal.Sentence);

    private static void Flip(string file, long at)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        var one = new byte[1];
        RandomAccess.Read(handle, one, at);
        one[0] ^= 1;
        RandomAccess.Write(handle, one, at);
    }

    private string Lie(string name, VolumeGeometry geometry, long stripes, string lane = Lane)
    {
        var header = new byte[Volume.HeaderBytes];
        new Volume(Datagram.TagOf(lane), 77, 7, geometry, 0, stripes).Write(header);
        File.WriteAllBytes(Path.Combine(Inbox, name), [.. header, .. new byte[700_000]]);
        return Path.Combine(Inbox, name);
    }

    private async Task<List<string>> SendAsync(
        int parityVolumes = 2, int? bytes = null, BlockRanges? only = null, string other = WireSession.TransferId, LaneKey? under = null, LaneSequence? started = null,
        IReadOnlyList<SessionRange>? earlier = null, bool packs = false)
    {
        var before = Directory.GetFiles(Outbox);
        var options = new FolderSenderOptions { Lane = Lane, Directory = Outbox, VolumeBytes = 2 << 20, ParityVolumes = parityVolumes, PacksWeights = packs, Key = under ?? key };
        await using var sender = new FolderSender(options, started ?? sequence, (_, _) => ValueTask.FromResult(++session), NullLogger<FolderSender>.Instance);
        sender.Start();
        var length = bytes ?? GroupBytes;
        var content = new SessionContent(other, length, "release"u8.ToArray(), "manifest"u8.ToArray(), "inspection"u8.ToArray());
        var number = await sender.SendAsync(new() { Content = content, Read = ByteSource.Of(artifact.AsMemory(0, length)), Only = only, Earlier = earlier ?? [] }, deadline.Token);
        Assert.Equal((session, packs), (number, sender.Status.PackingRatio > 1));
        return [.. Directory.GetFiles(Outbox).Except(before).Order(StringComparer.Ordinal)];
    }

    private void Carry(IEnumerable<string> volumes)
    {
        foreach (var volume in volumes)
        {
            File.Copy(volume, Path.Combine(Inbox, Path.GetFileName(volume)));
        }
    }

    private Receiving Receive(bool delete = false)
    {
        var options = new FolderReceiverOptions { Lane = Lane, Directory = Inbox, Keys = [key], Delete = delete, Settle = TimeSpan.Zero, Patience = TimeSpan.Zero };
        return new(new FolderReceiver(options, received.OpenAsync, TimeProvider.System, NullLogger<FolderReceiver>.Instance), deadline.Token);
    }

    private sealed class Receiving : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop;
        private readonly Task running;

        public Receiving(FolderReceiver receiver, CancellationToken cancellation)
        {
            Receiver = receiver;
            stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            running = receiver.RunAsync(stop.Token);
        }

        public FolderReceiver Receiver { get; }

        public async ValueTask DisposeAsync()
        {
            Assert.False(running.IsFaulted, $"{running.Exception}");
            await stop.CancelAsync();
            await running;
            Receiver.Dispose();
            stop.Dispose();
        }
    }
}
