using System.Diagnostics;
using System.Security.Cryptography;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Benchmarks;

/// <summary>
/// What inspection does on one core, in GB/s (10^9 bytes), beside sha256sum and SHA-256 in this process of the same bytes: whole files under their name, and, where values or
/// text are scanned, the scan alone, block by block of a mebibyte that lies in the cache, as a block does that was hashed. The best of rounds.
/// </summary>
internal static class Inspecting
{
    private const int Rounds = 7;
    private const int RoundsOfPrograms = 3;
    private const int BlockBytes = 64 << 10;
    private const int CachedBytes = 1 << 20;

    /// <summary>In which the runtime compiles what is measured for good.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(400);

    /// <param name="only">Part of the name of the rows that are wanted; all where it is empty.</param>
    public static async Task RunAsync(string only)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;
        try
        {
            Console.WriteLine($"{"GB/s, one core",-36}{"bytes",12}{"scan",8}{"file",8}{"sha256sum",11}{"SHA-256",9}{"of sha256sum",14}");
            foreach (var sample in InspectedSamples.All().Concat(VectorSamples.All()).Where(s => s.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
            {
                Row(sample, Path.Combine(directory, "sample"));
            }

            Console.WriteLine();
            await IsolatedInspection.RunAsync(directory, only);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void Row(InspectedSample sample, string file)
    {
        var content = sample.Make();
        using (var written = File.Create(file))
        {
            for (var i = 0; i < sample.Times; i++)
            {
                written.Write(content);
            }
        }

        var bytes = (double)content.Length * sample.Times;
        var path = ArtifactPath.Parse(sample.Path).Succeeded(out var parsed, out var refusal) ? parsed : throw new InvalidOperationException(refusal.ToString());
        var scan = sample.Scan is { } alone ? $"{content.Length / Best(() => ByBlocks(content, alone)).TotalSeconds / 1e9:0.00}" : "";
        var inspected = bytes / Best(() => Repeat(sample.Times, () => Inspect(path, content))).TotalSeconds / 1e9;
        var hashed = bytes / Best(() => Repeat(sample.Times, () => SHA256.HashData(content))).TotalSeconds / 1e9;
        var program = bytes / Enumerable.Range(0, RoundsOfPrograms).Min(_ => Measured.Run("sha256sum", file).Wall).TotalSeconds / 1e9;
        Console.WriteLine($"{sample.Name,-36}{content.Length,12:#,0}{scan,8}{inspected,8:0.00}{program,11:0.00}{hashed,9:0.00}{inspected / program,14:0.00}");
    }

    private static TimeSpan Best(Action work)
    {
        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < WarmUp;)
        {
            work();
        }

        var best = TimeSpan.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            work();
            var took = Stopwatch.GetElapsedTime(begun);
            best = took < best ? took : best;
        }

        return best;
    }

    private static void Repeat(int times, Action work)
    {
        for (var i = 0; i < times; i++)
        {
            work();
        }
    }

    private static void ByBlocks(byte[] content, Scan scan)
    {
        for (var scanned = 0; scanned < content.Length; scanned += BlockBytes)
        {
            // Behind the header of a tensor.
            scan(content.AsSpan(BlockBytes + (scanned % CachedBytes), BlockBytes));
        }
    }

    private static void Inspect(ArtifactPath path, byte[] content)
    {
        using var inspector = new FileInspector(path, content.Length, (at, into) =>
        {
            var taken = (int)Math.Clamp(content.Length - at, 0, into.Length);
            content.AsSpan((int)Math.Min(at, content.Length), taken).CopyTo(into);
            return taken;
        });
        inspector.Append(content);
        if (inspector.Complete() is { Accepted: false } inspection)
        {
            throw new InvalidOperationException($"{path} is refused: {inspection.Refusal}");
        }
    }
}
