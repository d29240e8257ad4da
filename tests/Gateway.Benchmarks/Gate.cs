using System.Diagnostics;
using Gateway.Core.Wire;

namespace Gateway.Benchmarks;

/// <summary>What a datagram costs before anything in it is believed, in nanoseconds on one core: a good one, and each kind of bad one.</summary>
internal static class Gate
{
    private const string Lane = "lane-1";
    private const int Datagrams = 2_000;
    private const int Rounds = 200;

    // An MTU of 1500 and of 9000, as the default geometry cuts them.
    private static readonly int[] SymbolSizes = [1400, 8900];

    public static void Run()
    {
        Console.WriteLine($"one core; nanoseconds a datagram, the best of {Rounds} rounds of {Datagrams}; bad ones are one datagram again and again");
        Console.WriteLine();
        Console.WriteLine($"{"datagram",-34}{"symbol",8}{"ns",8}");
        foreach (var symbolBytes in SymbolSizes)
        {
            var key = LaneKey.Generate();
            var good = Make(key, Lane, symbolBytes, Datagrams);
            var forged = (byte[])good[0].Clone();
            forged[^1] ^= 1;
            Row("good, authenticated", symbolBytes, DatagramFault.None, key, good);
            Row("forged: the last byte is wrong", symbolBytes, DatagramFault.Forged, key, Again(forged));
            Row("replayed", symbolBytes, DatagramFault.Replayed, key, Again(good[0]));
            Row("of another lane", symbolBytes, DatagramFault.Foreign, key, Again(Make(key, "lane-2", symbolBytes, 1)[0]));
            Row("one byte short", symbolBytes, DatagramFault.Malformed, key, Again(good[0][..^1]));
            Row("one byte", symbolBytes, DatagramFault.Malformed, key, Again(good[0][..1]));
        }
    }

    private static byte[][] Again(byte[] datagram) => [.. Enumerable.Repeat(datagram, Datagrams)];

    private static byte[][] Make(LaneKey key, string lane, int symbolBytes, int count)
    {
        using var sealer = new DatagramSealer(lane, key, new LaneSequence(1));
        var geometry = FecGeometry.Create(231, 24, symbolBytes, 1).Succeeded(out var valid, out var refusal) ? valid : throw new InvalidOperationException(refusal.Detail);
        var datagrams = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            datagrams[i] = new byte[geometry.DatagramBytes + sealer.TagBytes];
            Datagram.Of(DatagramKind.Data, Datagram.TagOf(lane), 1, geometry, 1L << 30, 0, 0).Write(datagrams[i]);
            sealer.Seal(datagrams[i], sealer.Sequence.Take(1));
        }

        return datagrams;
    }

    private static void Row(string what, int symbolBytes, DatagramFault fault, LaneKey key, byte[][] datagrams)
    {
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            using var gate = new DatagramGate(Lane, [key], []);
            if (fault == DatagramFault.Replayed)
            {
                gate.Take(datagrams[0], out _, out _);
            }

            var began = Stopwatch.GetTimestamp();
            foreach (var datagram in datagrams)
            {
                if (gate.Take(datagram, out _, out _) is var said && said != fault)
                {
                    throw new InvalidOperationException($"{what}: {said} instead of {fault}.");
                }
            }

            var took = Stopwatch.GetElapsedTime(began);
            best = took < best ? took : best;
        }

        Console.WriteLine($"{what,-34}{symbolBytes,8}{best.TotalNanoseconds / Datagrams,8:0}");
    }
}
