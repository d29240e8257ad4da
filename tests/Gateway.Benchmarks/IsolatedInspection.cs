using System.Diagnostics;
using System.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Hosting.Inspection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Benchmarks;

/// <summary>Whole artifacts through the worker process, confined, as the services have it: starting and confining it is in the time, and what it answers is parsed.</summary>
internal static class IsolatedInspection
{
    private const int Rounds = 3;
    private const int Files = 100_000;
    private const int FileBytes = 1024;
    private const int FilesInDirectory = 1_000;
    private const long TensorBytes = 1 << 30;

    public static async Task RunAsync(string directory, string only)
    {
        Console.WriteLine($"{"through a confined worker",-36}{"seconds",10}{"files/s",10}{"GB/s",8}{"sha256sum",11}{"of sha256sum",14}");
        if ("safetensors of 1 GiB".Contains(only, StringComparison.OrdinalIgnoreCase))
        {
            await TensorsAsync(directory);
        }

        if ("100,000 files of 1 KiB".Contains(only, StringComparison.OrdinalIgnoreCase))
        {
            await ManyAsync(directory);
        }
    }

    private static async Task TensorsAsync(string directory)
    {
        var file = Path.Combine(directory, "model.safetensors");
        Sample.WriteSafetensors(file, TensorBytes);
        var bytes = new FileInfo(file).Length;
        var manifest = Of(ArtifactKind.Checkpoint, [File("model.safetensors", bytes)]);
        var took = await BestAsync(file, ContentLayout.Stream, manifest);
        Row("safetensors of 1 GiB, stream", took, 1, bytes, Hashed(file));
        System.IO.File.Delete(file);
    }

    private static async Task ManyAsync(string directory)
    {
        var (stream, tree) = (Path.Combine(directory, "stream"), Path.Combine(directory, "tree"));
        var line = Encoding.UTF8.GetBytes("what some we can out other were all there\n");
        var prose = new byte[FileBytes];
        for (var i = 0; i < prose.Length; i++)
        {
            prose[i] = line[i % line.Length];
        }

        var rows = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1000, FileBytes / 32).Select(i => $"{{\"id\":{i},\"text\":\"of and too\"}}\n")));
        var table = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(1000, FileBytes / 32).Select(i => $"{i},of and to in is,0.25,right\n")));
        (string Ending, byte[] Content)[] kinds = [("txt", prose), ("jsonl", rows), ("csv", table)];

        var files = new List<ManifestFile>(Files);
        await using (var into = System.IO.File.Create(stream))
        {
            for (var i = 0; i < Files; i++)
            {
                var (ending, content) = kinds[i % kinds.Length];
                var path = $"{i / FilesInDirectory:000}/{i:000000}.{ending}";
                files.Add(File(path, content.Length));
                await into.WriteAsync(content);
                Directory.CreateDirectory(Path.Combine(tree, $"{i / FilesInDirectory:000}"));
                await System.IO.File.WriteAllBytesAsync(Path.Combine(tree, path), content);
            }
        }

        var manifest = Of(ArtifactKind.Dataset, files);
        var hashed = Hashed(stream);
        Row("100,000 files of 1 KiB, stream", await BestAsync(stream, ContentLayout.Stream, manifest), Files, manifest.TotalBytes, hashed);
        Row("100,000 files of 1 KiB, tree", await BestAsync(tree, ContentLayout.Tree, manifest), Files, manifest.TotalBytes, hashed);
    }

    // The worker does not look at digests: whoever has it inspect hashes the same bytes.
    private static ManifestFile File(string path, long bytes) => new(Value(ArtifactPath.Parse(path)), bytes, Digest.Of([]), FormatGuess.FromName(path).Name());

    private static Manifest Of(ArtifactKind kind, IEnumerable<ManifestFile> files) =>
        Value(Manifest.Create(new ManifestHead(Value(ArtifactName.Parse(kind, "bench/many", "1")), "", "alice", "benchmark", "", ""), files));

    private static async Task<TimeSpan> BestAsync(string path, ContentLayout layout, Manifest manifest)
    {
        var payload = manifest.ToPayload();
        var program = Value(InspectorProgram.Find());
        using var inspectors = layout == ContentLayout.Stream
            ? Inspectors.OfLowSide(program, TimeProvider.System, NullLogger<Inspectors>.Instance)
            : Inspectors.OfHighSide(program, TimeProvider.System, NullLogger<Inspectors>.Instance);
        var best = TimeSpan.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var report = Value(await inspectors.InspectAsync(path, layout, manifest, payload, CancellationToken.None));
            var took = Stopwatch.GetElapsedTime(begun);
            best = took < best ? took : best;
            if (report.RefusalFor(manifest) is { } refusal)
            {
                throw new InvalidOperationException(refusal.ToString());
            }
        }

        return best;
    }

    private static TimeSpan Hashed(string file) => Enumerable.Range(0, Rounds).Min(_ => Measured.Run("sha256sum", file).Wall);

    private static void Row(string name, TimeSpan took, int files, long bytes, TimeSpan hashed)
    {
        var (speed, of) = (bytes / took.TotalSeconds / 1e9, bytes / hashed.TotalSeconds / 1e9);
        Console.WriteLine($"{name,-36}{took.TotalSeconds,10:0.00}{files / took.TotalSeconds,10:#,0}{speed,8:0.00}{of,11:0.00}{speed / of,14:0.00}");
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());
}
