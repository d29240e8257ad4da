using Gateway.Core.Wire;
using Gateway.Protocol.High.V1;
using Gateway.Protocol.V1;
using Gateway.SystemTests.Attacks;
using Gateway.SystemTests.Site;
using Xunit;

namespace Gateway.SystemTests.Link;

public sealed class GarbageTests(OpenHighSiteFixture fixture) : IClassFixture<OpenHighSiteFixture>
{
    private const int Datagrams = 100_000;

    /// <summary>Bytes of a header that place its symbol; the sequence behind them is only counted where nobody vouches for it.</summary>
    private const int PlacingBytes = 40;

    [Fact]
    public async Task Hundred_thousand_random_and_mutated_datagrams_change_nothing()
    {
        var site = fixture.Site;
        var random = new Random(4711);
        List<byte[]> samples = [];
        var (content, stream) = fixture.Low.Honest().Build();
        Assert.True(SessionEncoder.Create(new SessionHeader(HighSite.Lane, 900, FecGeometry.Default, content)).Succeeded(out var encoder, out _));
        using var sealer = new DatagramSealer(HighSite.Lane, null, new(1));
        await foreach (var datagram in encoder.DatagramsAsync(ByteSource.Of(stream), 1, sealer, TestContext.Current.CancellationToken))
        {
            samples.Add(datagram.ToArray());
        }

        for (var i = 0; i < Datagrams; i++)
        {
            fixture.Low.SendRaw(i % 2 == 0 ? Noise(random) : Mutated(samples[random.Next(samples.Count)], random));
            if (i % 64 == 63)
            {
                await fixture.Low.ArrivalAsync();
            }
        }

        Assert.False(site.Service!.HasExited, site.Service.Output);
        var lane = Assert.Single((await site.Lanes.ListLanesAsync(new ListLanesRequest())).Lanes);
        Assert.True(lane.Datagrams >= Datagrams * 9 / 10, $"{lane.Datagrams} arrived.");
        Assert.Empty(Directory.Exists(site.Published) ? Directory.EnumerateFiles(site.Published, "*", SearchOption.AllDirectories) : []);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(site.StorageRoot, "staging"), "*", SearchOption.AllDirectories));
        Assert.DoesNotContain((await site.Imports.ListImportsAsync(new ListImportsRequest())).Imports, i => i.State == Import.Types.State.Published);

        Assert.Equal(Import.Types.State.Published, (await fixture.Low.PushAsync(fixture.Low.Honest())).State);
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(0, 2000)];
        random.NextBytes(bytes);
        if (bytes.Length > 4 && random.Next(4) == 0)
        {
            "GWL\u0001"u8.CopyTo(bytes);
        }

        return bytes;
    }

    /// <summary>A datagram of a real session with its header or its length changed, so that it reaches further than noise does.</summary>
    private static byte[] Mutated(byte[] sample, Random random)
    {
        byte[] bytes = [.. sample];
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            bytes[random.Next(PlacingBytes)] ^= (byte)random.Next(1, 256);
        }

        if (bytes.AsSpan().SequenceEqual(sample))
        {
            bytes[4] ^= 0x80;
        }

        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
