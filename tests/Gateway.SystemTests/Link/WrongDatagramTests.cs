using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

/// <summary>
/// What can be sent to a receiver, by anyone who can put light on the fibre. After each test an honest artifact crosses: the receiver lives, and what it publishes is right.
/// </summary>
public abstract class WrongDatagramTests(HighSiteFixture fixture)
{
    private const int Seed = 20261;

    /// <summary>Largest payload of UDP over IPv4.</summary>
    private const int MostBytes = 65_507;

    private const int ArrayBytes = 6 << 20;

    /// <summary>Offset and bytes of each field of a datagram's header (Core/Wire/Datagram.cs).</summary>
    private static readonly (int Offset, int Bytes)[] Fields =
        [(0, 3), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 4), (12, 2), (14, 2), (16, 8), (24, 8), (32, 8), (40, 4), (44, 4), (48, 8)];

    private readonly HighSite site = fixture.Site;
    private readonly HostileLowSide low = fixture.Low;
    private readonly Random random = new(Seed);

    /// <summary>Datagrams of noise; 10,000,000 in a long run.</summary>
    private static int NoiseDatagrams => Number("GATEWAY_TEST_NOISE", 300_000);

    /// <summary>Well-formed forgeries in all.</summary>
    private const int Forgeries = 20;

    /// <summary>Bytes of each array that crosses in a long run.</summary>
    private const int LongArrayBytes = 96 << 20;

    /// <summary>Genuine datagrams that the forgeries are among; 1,000,000 in a long run. Few are the harder test: several forgeries meet in one transfer.</summary>
    private static int DatagramsAmongForgeries => Number("GATEWAY_TEST_FORGED_AMONG", 12_000);

    [Fact]
    public async Task Datagrams_of_no_byte_of_one_and_of_the_most_change_nothing()
    {
        var longest = new byte[MostBytes];
        random.NextBytes(longest);
        var sample = (await low.ListAsync(low.Honest(), low.NextSession()))[0];
        sample.CopyTo(longest, 0);
        byte[][] wrong = [[], [0], [(byte)'G'], "GWL"u8.ToArray(), "GWL\u0002"u8.ToArray(), sample[..39], sample[..40], sample[..56], sample[..^1], [.. sample, 0], longest, new byte[MostBytes]];
        foreach (var datagram in wrong)
        {
            await low.SendPacedAsync(datagram);
        }

        await AssertHonestAsync();
    }

    [Fact]
    public async Task Header_fields_at_their_extremes_change_nothing()
    {
        var datagrams = await low.ListAsync(low.Honest(), low.NextSession());
        byte[][] samples = [datagrams[0], datagrams.First(IsData), datagrams[^1]];
        foreach (var (offset, bytes) in Fields)
        {
            foreach (var value in (ulong[])[0, 1, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, ulong.MaxValue - 1, ulong.MaxValue])
            {
                foreach (var sample in samples)
                {
                    byte[] changed = [.. sample];
                    var wide = new byte[8];
                    BinaryPrimitives.WriteUInt64BigEndian(wide, value);

                    // Small values are right-aligned; the large ones keep their top bits.
                    (value <= 1 ? wide.AsSpan(8 - bytes) : wide.AsSpan(0, bytes)).CopyTo(changed.AsSpan(offset));
                    await low.SendPacedAsync(changed);
                    if (offset < 40)
                    {
                        // Also with a tag that fits: the receiver must not trust the holder of the key with its memory.
                        await low.SendPacedAsync(low.Resealed(changed));
                    }
                }
            }
        }

        await AssertHonestAsync();
    }

    [Fact]
    public async Task Symbols_of_blocks_that_do_not_exist_change_nothing()
    {
        var transfer = Artifacts.Array(low.Honest(), ArrayBytes);
        var number = low.NextSession();
        foreach (var datagram in await low.ListAsync(transfer, number))
        {
            if (IsData(datagram) && random.Next(16) == 0)
            {
                byte[] elsewhere = [.. datagram];
                BinaryPrimitives.WriteUInt64BigEndian(elsewhere.AsSpan(24), (ulong)random.NextInt64());
                await low.SendPacedAsync(low.Resealed(elsewhere));
                BinaryPrimitives.WriteUInt64BigEndian(elsewhere.AsSpan(24), (ulong)FecGeometry.Default.BlocksOf(ArrayBytes) + 1);
                await low.SendPacedAsync(low.Resealed(elsewhere));
            }

            await low.SendPacedAsync(datagram);
        }

        await AssertPublishedAsync(transfer, number);
    }

    [Fact]
    public async Task Every_datagram_three_times_publishes_once()
    {
        var transfer = Artifacts.Array(low.Honest(), ArrayBytes);
        var number = low.NextSession();
        foreach (var datagram in await low.ListAsync(transfer, number))
        {
            for (var i = 0; i < 3; i++)
            {
                await low.SendPacedAsync(datagram);
            }
        }

        await AssertPublishedAsync(transfer, number);
        var imports = (await site.Imports.ListImportsAsync(new ListImportsRequest { PageSize = 1000 })).Imports;
        Assert.Single(imports, i => i.Artifact?.Name == transfer.Name && i.State == Import.Types.State.Published);
    }

    [Fact]
    public async Task Datagrams_in_any_order_publish()
    {
        var transfer = Artifacts.Array(low.Honest(), ArrayBytes);
        var number = low.NextSession();
        var datagrams = await low.ListAsync(transfer, number);
        var data = datagrams.Where(IsData).ToArray();
        random.Shuffle(data);
        foreach (var datagram in datagrams.TakeWhile(d => !IsData(d)))
        {
            await low.SendPacedAsync(datagram);
        }

        await OpenedAsync(number);
        foreach (var datagram in data.Append(datagrams[^1]))
        {
            await low.SendPacedAsync(datagram);
        }

        await AssertPublishedAsync(transfer, number);
    }

    [Fact]
    public async Task A_session_that_begins_again_with_other_content_publishes_nothing_wrong()
    {
        var number = low.NextSession();
        var first = Artifacts.Array(low.Honest(), ArrayBytes);
        var other = low.Honest() with { Files = [("array.npy", [.. Artifacts.NpyHeader(ArrayBytes), .. new byte[ArrayBytes]])] };
        var datagrams = await low.ListAsync(first, number);
        foreach (var datagram in datagrams.Take(datagrams.Count / 2).Concat(await low.ListAsync(other, number)).Concat(datagrams.Skip(datagrams.Count / 2)))
        {
            await low.SendPacedAsync(low.Resealed(datagram));
        }

        // Blocks of either that are whole are whole; what they make together is either the first artifact or refused by its digest.
        await site.WaitForAsync(i => i.Session == number && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        AssertRightOrAbsent(first);
        AssertRightOrAbsent(other);
        await AssertHonestAsync();
    }

    [Fact]
    public async Task Session_and_sequence_numbers_that_jump_lose_nothing()
    {
        var transfer = Artifacts.Array(low.Honest(), ArrayBytes);
        var number = low.NextSession(skipped: 1_000_000);
        var jumped = 0;
        foreach (var datagram in await low.ListAsync(transfer, number))
        {
            if (random.Next(200) == 0)
            {
                // Beyond any window; what comes next is on this side of the gap.
                low.SkipSequence(1 << (20 + jumped++ % 10));
            }

            await low.SendPacedAsync(low.Resealed(datagram));
        }

        Assert.True(jumped > 10);
        await AssertPublishedAsync(transfer, number);
        var lane = Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        Assert.InRange(lane.MissingSessions.Count, 1, 1000);
        await AssertHonestAsync();
    }

    [Fact]
    public async Task Noise_at_line_rate_changes_nothing()
    {
        var before = Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes).Datagrams;
        low.SendNoise(NoiseDatagrams, random);
        await low.ArrivalAsync();
        var lane = Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        TestContext.Current.SendDiagnosticMessage($"{NoiseDatagrams} datagrams of noise, {lane.Datagrams - before} of them received");
        Assert.InRange(lane.Datagrams - before, (ulong)NoiseDatagrams / 10, (ulong)NoiseDatagrams * 2);
        await AssertHonestAsync();
    }

    [Fact]
    public async Task Well_formed_forgeries_never_make_wrong_bytes()
    {
        var places = new HashSet<int>();
        while (places.Count < Forgeries)
        {
            places.Add(random.Next(DatagramsAmongForgeries));
        }

        var before = await FaultsAsync();
        var (sent, transfers, damaged) = (0, 0, 0);
        for (; sent < DatagramsAmongForgeries; transfers++)
        {
            var transfer = Artifacts.Array(low.Honest(), DatagramsAmongForgeries < 100_000 ? ArrayBytes : LongArrayBytes);
            var number = low.NextSession();
            var datagrams = await low.ListAsync(transfer, number);
            for (var i = 0; i < datagrams.Count; i++, sent++)
            {
                if (places.Contains(sent))
                {
                    // In the place of a datagram that is still to come, and before it. The sequence number is the next one, so that nothing else is wrong with it.
                    byte[] forgery = [.. datagrams[Math.Min(i + random.Next(2000), datagrams.Count - 1)]];
                    random.NextBytes(forgery.AsSpan(Math.Min(56, forgery.Length)));
                    await low.SendPacedAsync(forgery);
                }

                await low.SendPacedAsync(datagrams[i]);
            }

            if (site.LaneKey is not null)
            {
                await AssertPublishedAsync(transfer, number);
                continue;
            }

            var import = await site.WaitForAsync(i => i.Session == number && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
            AssertRightOrAbsent(transfer);
            Assert.True(import.State is Import.Types.State.Published or Import.Types.State.Incomplete, $"{import}");
            if (import.State == Import.Types.State.Incomplete)
            {
                damaged++;
                Assert.InRange(import.MissingBlocks, 1, Forgeries);
                Assert.Equal(Import.Types.State.Published, (await low.PushAsync(transfer)).State);
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{Forgeries} forgeries among {sent} datagrams of {transfers} transfers; {damaged} of these were incomplete and sent again");
        if (site.LaneKey is not null)
        {
            // An end mark has no bytes behind its header but the tag, so that every one of them is a forgery.
            Assert.Equal(before + Forgeries, await FaultsAsync());
        }

        await AssertHonestAsync();
    }

    private async Task<ulong> FaultsAsync() => Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes).Faults.Forged;

    private static int Number(string variable, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(variable) ?? otherwise.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static bool IsData(byte[] datagram) => datagram[4] == (byte)DatagramKind.Data;

    private async Task OpenedAsync(ulong number) => await site.WaitForAsync(i => i.Session == number);

    private async Task AssertHonestAsync()
    {
        Assert.False(site.Service!.HasExited, site.Service.Output);
        var honest = low.Honest();
        await AssertPublishedAsync(honest, await low.SendAsync(honest));
    }

    private async Task AssertPublishedAsync(HostileTransfer transfer, ulong number)
    {
        var import = await site.WaitForAsync(i => i.Session == number && i.State is not (Import.Types.State.Receiving or Import.Types.State.Verifying));
        Assert.True(import.State == Import.Types.State.Published, $"{import}\n{site.Service!.Output}");
        Assert.True(AssertRightOrAbsent(transfer));
    }

    /// <summary>True where it is published; fails where what is published is not what was signed.</summary>
    private bool AssertRightOrAbsent(HostileTransfer transfer)
    {
        var directory = Path.Combine(site.Published, "datasets", transfer.Name, transfer.Version);
        if (!Directory.Exists(directory))
        {
            return false;
        }

        foreach (var (path, content) in transfer.Files)
        {
            Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(directory, path))), $"{path} of {transfer.Name} is wrong");
        }

        return true;
    }
}

/// <summary>On a lane without authentication.</summary>
public sealed class WrongDatagramsOnAnOpenLaneTests(OpenHighSiteFixture fixture) : WrongDatagramTests(fixture), IClassFixture<OpenHighSiteFixture>;

/// <summary>On a lane with a key, which the hostile low side holds and a stranger does not.</summary>
public sealed class WrongDatagramsOnAKeyedLaneTests(HighSiteFixture fixture) : WrongDatagramTests(fixture), IClassFixture<HighSiteFixture>;
