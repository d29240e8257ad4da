using System.Diagnostics;
using System.Globalization;
using System.Text;
using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.Storage.High;
using Gateway.Tests.High;

namespace Gateway.Benchmarks;

/// <summary>
/// From the last block that is written to the event that the version is published: the nine checks, of which the hash and the confined worker's inspection of what lies on the
/// disk are all but everything, and the publication itself. Beside it `sha256sum` of the same files in the same run. The service is in this process.
/// </summary>
internal static class Publishing
{
    private const int Turns = 3;

    public static async Task RunAsync(int mebibytes, int files)
    {
        Console.WriteLine($"{"",-34}{"seconds",9}{"inspect+hash",14}{"publication",13}{"of it flush",13}{"hub view",10}{"the rest",10}{"sha256sum",11}{"of sha256sum",14}");
        await MeasureAsync($"1 file of {mebibytes} MiB", p => p with { Kind = ArtifactKind.Checkpoint, Files = [("README.md", "# Model\n")], Binaries = [("model.safetensors", Weights((long)mebibytes << 20))] });
        var row = $"{{\"text\":\"{new string('x', 1_024 - 12)}\"}}\n";
        await MeasureAsync(
            $"{files} files of 1 KiB",
            p => p with { Files = [.. Enumerable.Range(0, files).Select(i => (string.Create(CultureInfo.InvariantCulture, $"{i / 1_000}/{i}.jsonl"), row))] });
    }

    private static async Task MeasureAsync(string what, Func<Packing, Packing> bend)
    {
        for (var turn = 1; turn <= Turns; turn++)
        {
            await using var high = await HighBench.OpenAsync(now: TimeProvider.System.GetUtcNow(), maximumArtifactBytes: 64L << 30);
            var shipment = Shipment.Of(high, p => bend(p with { Geometry = FecGeometry.Default }));
            var spans = new Dictionary<string, TimeSpan>();
            using var listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == "Gateway.High",
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = activity => spans[activity.OperationName] = activity.Duration,
            };
            ActivitySource.AddActivityListener(listener);
            var published = 0L;
            high.Catalog.StateChanged += import => published = import.State == ImportState.Published ? Stopwatch.GetTimestamp() : published;
            await high.SendAsync(shipment);
            var last = Stopwatch.GetTimestamp();
            await high.Verification.VerifyAsync(shipment.TransferId, default);
            var import = await high.FindAsync(shipment.TransferId);
            if (import.Path is null)
            {
                throw new InvalidOperationException(import.Refusal?.ToString());
            }

            var whole = Stopwatch.GetElapsedTime(last, published);
            var hashed = Measured.Run("/bin/sh", "-c", "find \"$0\" -type f -not -path '*/.gateway/*' -print0 | xargs -0 sha256sum > /dev/null", Path.Combine(high.Root, import.Path)).Wall;
            var (inspecting, publishing) = (spans["hash and inspect"], spans["publish"]);
            Console.WriteLine(
                $"{$"{what}, turn {turn}",-34}{whole.TotalSeconds,9:0.00}{inspecting.TotalSeconds,14:0.00}{publishing.TotalSeconds,13:0.00}{spans["flush"].TotalSeconds,13:0.00}{spans["hub view"].TotalSeconds,10:0.00}"
                + $"{(whole - inspecting - publishing).TotalSeconds,10:0.00}{hashed.TotalSeconds,11:0.00}{whole / hashed,14:0.0}");
        }
    }

    private static byte[] Weights(long bytes)
    {
        var header = Encoding.UTF8.GetBytes($$$"""{"w":{"dtype":"F32","shape":[{{{bytes / 4}}}],"data_offsets":[0,{{{bytes}}}]}}""");
        Array.Resize(ref header, (header.Length + 7) / 8 * 8);
        header.AsSpan().Replace((byte)0, (byte)' ');
        var file = new byte[8 + header.Length + bytes];
        BitConverter.TryWriteBytes(file, (long)header.Length);
        header.CopyTo(file, 8);
        new Random(1).NextBytes(file.AsSpan(8 + header.Length));
        return file;
    }
}
