using System.Globalization;

namespace Gateway.Benchmarks;

/// <summary>
/// `gateway submit` alone: one big file, many small ones, and what both programs hold in memory when the artifact is many times larger. Beside it, in the
/// same run, what nobody can go below on this machine: `sha256sum`, and one TLS stream over loopback.
/// </summary>
internal static class Uploads
{
    private const int SmallFileBytes = 4 << 10;

    /// <summary>Bytes touched before a submit, at most: more would push the artifact itself out of the memory of a small machine.</summary>
    private const long MostWarmed = 2L << 30;

    /// <param name="gibibytes">Size of the large artifact; the first has 1 GiB.</param>
    /// <param name="files">Number of small files.</param>
    public static async Task RunAsync(int gibibytes, int files)
    {
        var directory = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;
        try
        {
            var one = Write(directory, "one", 1L << 30);
            var hashed = Measured.Run("sha256sum", one);
            var tls = await TlsStream.MeasureAsync(1L << 30);
            using var site = await DevelopmentSite.StartAsync(Path.Combine(directory, "site"));

            Console.WriteLine($"gateway submit; {Environment.ProcessorCount} cores shared by client and service; files in {directory}");
            Console.WriteLine();
            Console.WriteLine($"{"what",-34}{"seconds",9}{"MB/s",9}{"files/s",9}{"client CPU s",14}{"service CPU s",14}{"client MiB",12}{"service MiB",12}");
            Row("sha256sum, 1 GiB", hashed, 1, 1L << 30, null);
            Row("TLS over loopback, 1 GiB", tls, 1, 1L << 30, null);
            await SubmitAsync("one file, 1 GiB", Path.GetDirectoryName(one)!, 1, 1L << 30);
            var small = WriteSmall(directory, files);
            await SubmitAsync(string.Create(CultureInfo.InvariantCulture, $"{files} files of {SmallFileBytes} bytes"), small, files, (long)files * SmallFileBytes);
            var large = Write(directory, "large", (long)gibibytes << 30);
            await SubmitAsync(string.Create(CultureInfo.InvariantCulture, $"one file, {gibibytes} GiB"), Path.GetDirectoryName(large)!, 1, (long)gibibytes << 30);

            async Task SubmitAsync(string what, string source, int count, long bytes)
            {
                Warm(directory, Math.Min(bytes, MostWarmed));
                var before = site.Low();
                var name = "bench/" + Path.GetFileName(source);
                var kind = count == 1 ? "checkpoint" : "dataset";
                var submit = site.Gateway("engineer", "submit", source, "--name", name, "--version", "1", "--kind", kind, "--to", site.Enclave, "--reason", "benchmark", "--json");
                var after = site.Low();
                Row(what, submit, count, bytes, after with { Cpu = after.Cpu - before.Cpu });
                await site.RejectAsync();
            }
        }
        finally
        {
            DevelopmentSite.Delete(directory);
        }
    }

    private static void Row(string what, Measured client, int files, long bytes, Measured? service) => Console.WriteLine(
        $"{what,-34}{client.Wall.TotalSeconds,9:0.00}{bytes / 1e6 / client.Wall.TotalSeconds,9:0}{(files > 1 ? files / client.Wall.TotalSeconds : null),9:0}"
        + $"{client.Cpu.TotalSeconds,14:0.00}{service?.Cpu.TotalSeconds,14:0.00}{client.PeakBytes >> 20,12}{service?.PeakBytes >> 20,12}");

    /// <summary>
    /// Writes a file and deletes it: the first touch of memory that the host of a virtual machine took back costs microseconds a page, which has nothing to
    /// do with what is measured.
    /// </summary>
    private static void Warm(string directory, long bytes)
    {
        var path = Path.Combine(directory, "warm");
        using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write))
        {
            var chunk = new byte[1 << 20];
            for (long offset = 0; offset < bytes; offset += chunk.Length)
            {
                RandomAccess.Write(file, chunk, offset);
            }
        }

        File.Delete(path);
    }

    private static string Write(string directory, string name, long bytes)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(directory, name)).FullName, "model.safetensors");
        Sample.WriteSafetensors(file, bytes);
        return file;
    }

    private static string WriteSmall(string directory, int files)
    {
        const int PerDirectory = 1000;
        var small = Directory.CreateDirectory(Path.Combine(directory, "small")).FullName;
        var text = new string('x', SmallFileBytes - 1) + "\n";
        for (var i = 0; i < files; i++)
        {
            var inner = Path.Combine(small, (i / PerDirectory).ToString(CultureInfo.InvariantCulture));
            Directory.CreateDirectory(inner);
            File.WriteAllText(Path.Combine(inner, string.Create(CultureInfo.InvariantCulture, $"{i}.txt")), text);
        }

        return small;
    }
}
