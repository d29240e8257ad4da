using System.Diagnostics;
using Gateway.Core.Wire;

namespace Gateway.Benchmarks;

/// <summary>
/// What forward error correction and packing do on one core, in GB/s of data (10^9 bytes). Work is done in rounds and timed block by block; the figure is of each block's best
/// round, as other work on the machine only ever slows.
/// </summary>
internal static class Codec
{
    private const int Rounds = 15;

    /// <summary>Far beyond every cache of one core, so that each block comes from memory.</summary>
    private const int ColdBytes = 96 << 20;

    /// <summary>In which the runtime compiles what is measured for good.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(300);

    private const int Seed = 20260;

    // What others are measured with; then the default geometry as datagrams lie on the sender, at an MTU of 1500 and of 9000, and as symbols lie on the receiver.
    private static readonly Shape[] Shapes =
        [new(200, 10, 1408, 1408), new(200, 20, 1408, 1408), new(231, 24, 1400, 1472), new(231, 24, 1400, 1400), new(231, 24, 8900, 8972)];

    public static void Run()
    {
        Console.WriteLine($"one core; each block's best of {Rounds} rounds; hot: one block again and again, cold: {ColdBytes >> 20} MiB of blocks in turn");
        Console.WriteLine();
        Console.WriteLine($"{"GB/s of data",-14}{"k",4}{"m",4}{"symbol",8}{"stride",8}{"encode hot",12}{"cold",8}{"decode hot",12}{"cold",8}   decode: m data symbols of each block are lacking");
        foreach (var width in Enum.GetValues<GaloisWidth>())
        {
            foreach (var shape in Shapes)
            {
                Kernel(width, shape);
            }
        }

        Console.WriteLine();
        Console.WriteLine($"{"packing",-34}{"ratio",8}{"pack GB/s",12}{"unpack GB/s",13}");
        Packing("gaussian weights, bf16", Weights(2));
        Packing("gaussian weights, fp32", Weights(4));
        Packing("noise, told by its sample", Noise());
    }

    private static void Kernel(GaloisWidth width, Shape shape)
    {
        var (k, m, symbolBytes, stride) = shape;
        Console.Write($"{width,-14}{k,4}{m,4}{symbolBytes,8}{stride,8}");
        if (!GaloisKernel.IsSupported(width))
        {
            Console.WriteLine("   this machine lacks the instructions");
            return;
        }

        var blockBytes = (k + m) * stride;
        var memory = new byte[ColdBytes / blockBytes * blockBytes];
        new Random(Seed).NextBytes(memory);
        var present = new SymbolSet();
        for (var i = 0; i < k; i++)
        {
            // Every (k/m)th symbol is lacking until m are, and all parity is there.
            var (lacking, rest) = Math.DivRem(i, k / m);
            present.Add(rest == 0 && lacking < m ? k + lacking : i);
        }

        // The scalar kernel would take minutes.
        var blocks = width == GaloisWidth.Scalar ? 4 : memory.Length / blockBytes;
        var hotBlocks = Math.Min(blocks, 64);
        var rounds = width == GaloisWidth.Scalar ? 1 : Rounds;
        Action<int> encode = block => ReedSolomon.Encode(width, memory.AsSpan(block * blockBytes, blockBytes), stride, k, m, symbolBytes);
        Action<int> decode = block => ReedSolomon.TryRecover(width, memory.AsSpan(block * blockBytes, blockBytes), stride, k, m, symbolBytes, present);
        Console.WriteLine($"{Best(encode, hotBlocks, hot: true),12:0.00}{Best(encode, blocks, hot: false),8:0.00}{Best(decode, hotBlocks, hot: true),12:0.00}{Best(decode, blocks, hot: false),8:0.00}");

        double Best(Action<int> work, int count, bool hot)
        {
            for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < WarmUp;)
            {
                work(0);
            }

            return (double)k * symbolBytes / SecondsOfBlock(count, rounds, hot ? _ => work(0) : work) / 1e9;
        }
    }

    private static double SecondsOfBlock(int blocks, int rounds, Action<int> work)
    {
        var best = new long[blocks];
        Array.Fill(best, long.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            for (var block = 0; block < blocks; block++)
            {
                var begun = Stopwatch.GetTimestamp();
                work(block);
                best[block] = Math.Min(best[block], Stopwatch.GetTimestamp() - begun);
            }
        }

        return best.Average() / Stopwatch.Frequency;
    }

    private static void Packing(string name, byte[] data)
    {
        var payloadBytes = FecGeometry.Default.PayloadBytes;
        var blocks = data.Length / payloadBytes;
        var packed = new byte[blocks][];
        var lengths = new int[blocks];
        var payload = new byte[payloadBytes];
        for (var block = 0; block < blocks; block++)
        {
            packed[block] = new byte[payloadBytes];
        }

        var pack = SecondsOfBlock(blocks, Rounds, block => lengths[block] = WeightPlanes.TryPack(Of(block), packed[block], out var written) ? written : payloadBytes);
        var unpack = SecondsOfBlock(blocks, Rounds, block => WeightPlanes.TryUnpack(packed[block].AsSpan(0, lengths[block]), payload));
        var ratio = (double)blocks * payloadBytes / lengths.Sum();
        Console.WriteLine($"{name,-34}{ratio,8:0.000}{payloadBytes / pack / 1e9,12:0.00}{(ratio > 1 ? $"{payloadBytes / unpack / 1e9,13:0.00}" : $"{"-",13}")}");

        ReadOnlySpan<byte> Of(int block) => data.AsSpan(block * payloadBytes, payloadBytes);
    }

    private static byte[] Noise()
    {
        var bytes = new byte[32 << 20];
        new Random(Seed).NextBytes(bytes);
        return bytes;
    }

    // Upper halves of fp32 for bf16, rounded to the nearest.
    private static byte[] Weights(int width)
    {
        var random = new Random(Seed);
        var bytes = new byte[32 << 20];
        for (var at = 0; at < bytes.Length; at += width)
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var bits = BitConverter.SingleToUInt32Bits((float)(0.02 * normal));
            bits = width == 2 ? (bits + 0x8000) >> 16 : bits;
            for (var i = 0; i < width; i++)
            {
                bytes[at + i] = (byte)(bits >> (8 * i) & 0xFF);
            }
        }

        return bytes;
    }

    private readonly record struct Shape(int DataSymbols, int ParitySymbols, int SymbolBytes, int Stride);
}
