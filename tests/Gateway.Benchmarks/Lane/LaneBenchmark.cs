using System.Globalization;
using System.Security.Cryptography;
using Gateway.Core.Wire;

namespace Gateway.Benchmarks.Lane;

/// <summary>
/// The lane beside what this machine's sockets can do and beside its peers, in one run: file to file on tmpfs, over two network namespaces without segmentation offload, the
/// way back closed and counted. All contenders take turns, so that a busy minute of the machine is everybody's; medians.
/// </summary>
internal static class LaneBenchmark
{
    private const int Seed = 20263;

    /// <summary>The narrow lane on which packing weights is worth its CPU, in bits per second of line.</summary>
    private const double WeightsRate = 1e9;

    public static int Run(LaneBenchmarkOptions options)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Console.Error.WriteLine("Network namespaces need root.");
            return 2;
        }

        var memory = new TemporaryMemory();
        var labs = new List<Lab>();
        void TakeDown()
        {
            labs.ForEach(lab => lab.Dispose());
            labs.Clear();
            memory.Dispose();
        }

        Console.CancelKeyPress += (_, _) => TakeDown();
        try
        {
            labs.AddRange(options.Mtus.Select(mtu => new Lab(mtu)));
            var table = new LaneTable([.. Contenders(options, memory.Path, labs)], options);
            foreach (var contender in table.Measured)
            {
                contender.Prepare();
                Console.Error.WriteLine($"prepared {contender}");
            }

            for (var run = 1; run <= options.Runs; run++)
            {
                foreach (var contender in table.Measured)
                {
                    contender.Measure();
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {run}: {contender}: {contender.Crossings[^1].GbitPerSecond:0.00} Gbit/s"));
                }
            }

            Console.WriteLine(options.Json ? table.ToJson() : table.ToMarkdown());
            return 0;
        }
        finally
        {
            TakeDown();
        }
    }

    private static IEnumerable<Contender> Contenders(LaneBenchmarkOptions options, string directory, IReadOnlyList<Lab> labs)
    {
        var file = Path.Combine(directory, "source");
        WriteNoise(file, (long)options.Mebibytes << 20);
        var sha256 = DigestOf(file);
        var inbox = new Inbox(directory, InboxBytes(options));
        var key = Path.Combine(directory, "lane.key");
        File.WriteAllText(key, LaneKey.Generate().ToText());
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var lab in labs)
        {
            Func<double>? easier = null;
            foreach (var loss in options.Losses.Order())
            {
                var raw = new RawContender(lab, loss, options.Mebibytes * 2);
                yield return raw;
                easier ??= () => raw.Found * 1e9;
                var plain = new LaneContender(lab, loss, file, sha256, inbox, null) { FirstRate = easier };
                yield return plain;
                yield return new LaneContender(lab, loss, file, sha256, inbox, key) { FirstRate = () => plain.Rate };
                easier = () => plain.Rate;
            }

            if (options.Peers)
            {
                yield return new IperfContender(lab);
                foreach (var loss in options.Losses.Where(l => l <= 1))
                {
                    yield return new UdpcastContender(lab, loss, file, sha256, inbox);
                    yield return new UftpContender(lab, loss, file, sha256, inbox);
                }
            }
        }

        if (!options.Weights)
        {
            yield break;
        }

        var weights = Path.Combine(directory, "weights");
        WriteWeights(weights, (long)options.Mebibytes << 20);
        var weightsSha256 = DigestOf(weights);
        foreach (var lab in labs)
        {
            foreach (var packs in (bool[])[false, true])
            {
                yield return new LaneContender(lab, 0, weights, weightsSha256, inbox, null)
                {
                    Name = packs ? "lane, bf16 weights packed" : "lane, bf16 weights as they are", PacksWeights = packs, HasFixedRate = true, Rate = WeightsRate,
                };
            }
        }
    }

    // The file and what is allocated beside it meanwhile.
    private static long InboxBytes(LaneBenchmarkOptions options) => (options.Mebibytes + 256L) << 20;

    private static void WriteNoise(string path, long bytes)
    {
        using var file = File.Create(path);
        var random = new Random(Seed);
        var chunk = new byte[1 << 20];
        for (long written = 0; written < bytes; written += chunk.Length)
        {
            random.NextBytes(chunk);
            file.Write(chunk);
        }
    }

    /// <summary>Weights as training leaves them: normally distributed, of a scale that differs from tensor to tensor, and cut to bf16.</summary>
    private static void WriteWeights(string path, long bytes)
    {
        using var file = File.Create(path);
        var random = new Random(Seed);
        var chunk = new byte[1 << 20];
        for (long written = 0; written < bytes; written += chunk.Length)
        {
            var scale = 0.02 * Math.Exp((random.NextDouble() - 0.5) * 2);
            for (var at = 0; at < chunk.Length; at += 4)
            {
                // Box and Muller: two normal numbers of two uniform ones.
                var (radius, angle) = (scale * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())), 2 * Math.PI * random.NextDouble());
                BitConverter.TryWriteBytes(chunk.AsSpan(at), (ushort)(BitConverter.SingleToUInt32Bits((float)(radius * Math.Cos(angle))) >> 16));
                BitConverter.TryWriteBytes(chunk.AsSpan(at + 2), (ushort)(BitConverter.SingleToUInt32Bits((float)(radius * Math.Sin(angle))) >> 16));
            }

            file.Write(chunk);
        }
    }

    private static string DigestOf(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}

/// <summary>What is measured.</summary>
internal sealed record LaneBenchmarkOptions
{
    public int Runs { get; init; } = 5;

    public int Mebibytes { get; init; } = 1024;

    public IReadOnlyList<int> Mtus { get; init; } = [1500, 9000];

    /// <summary>Percent of datagrams.</summary>
    public IReadOnlyList<double> Losses { get; init; } = [0, 1, 5];

    public bool Peers { get; init; } = true;

    public bool Weights { get; init; } = true;

    public bool Json { get; init; }

    /// <summary>Reads <c>--runs N --mebibytes N --mtu N --loss P --no-peers --no-weights --json</c>; null where they are something else.</summary>
    public static LaneBenchmarkOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new LaneBenchmarkOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            var number = i + 1 < arguments.Length && double.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out var value) ? value : 0;
            var (changed, taken) = ((LaneBenchmarkOptions?, int))((arguments[i], number) switch
            {
                ("--runs", >= 1) => (options with { Runs = (int)number }, 1),
                ("--mebibytes", >= 1) => (options with { Mebibytes = (int)number }, 1),
                ("--mtu", >= 576) => (options with { Mtus = [(int)number] }, 1),
                ("--loss", >= 0) when i + 1 < arguments.Length => (options with { Losses = [number] }, 1),
                ("--no-peers", _) => (options with { Peers = false }, 0),
                ("--no-weights", _) => (options with { Weights = false }, 0),
                ("--json", _) => (options with { Json = true }, 0),
                _ => (null, 0),
            });
            if (changed is null)
            {
                return null;
            }

            (options, i) = (changed, i + taken);
        }

        return options;
    }
}
