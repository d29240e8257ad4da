using System.Diagnostics;
using System.Text.Json;

namespace Gateway.Benchmarks;

/// <summary>Both sides as `gateway dev` runs them.</summary>
internal sealed class DevelopmentSite : IDisposable
{
    private readonly Process dev;
    private readonly string directory;

    private DevelopmentSite(Process dev, string directory)
    {
        this.dev = dev;
        this.directory = directory;
    }

    public string Enclave => Configuration("high").GetProperty("enclave").GetString()!;

    /// <summary>Where clients of a hub read.</summary>
    public string Hub => Reader("huggingFace");

    /// <summary>Where S3 clients read.</summary>
    public string S3 => Reader("s3");

    /// <summary>A file of the site, e.g. <c>ca.pem</c>.</summary>
    public string this[string file] => Path.Combine(directory, file);

    public long LaneRate => Configuration("low").GetProperty("lanes")[0].GetProperty("rateBitsPerSecond").GetInt64();

    private static string Program { get; } = Path.Combine(Root(), "artifacts", "bin", "Gateway.Cli", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name, "gateway");

    public static async Task<DevelopmentSite> StartAsync(string directory)
    {
        var dev = Process.Start(new ProcessStartInfo(Program, ["dev", "--dir", directory]) { RedirectStandardOutput = true })!;
        var site = new DevelopmentSite(dev, directory);
        while (await dev.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line == "ready")
            {
                return site;
            }
        }

        throw new InvalidOperationException("gateway dev ended before it was ready.");
    }

    /// <summary>Runs `gateway` in a context.</summary>
    public Measured Gateway(string context, params string[] arguments) =>
        Measured.Run(Program, [.. arguments, "--context", context], new Dictionary<string, string> { ["GATEWAY_CONTEXTS"] = Path.Combine(directory, "contexts.json") });

    /// <summary>Waits until the only transfer awaits approval; returns its id.</summary>
    public async Task<string> ReviewableAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await timer.WaitForNextTickAsync())
        {
            var reviews = JsonDocument.Parse(Gateway("approver-1", "review", "--json").Output).RootElement;
            if (Ids(reviews).FirstOrDefault() is { } id)
            {
                return id;
            }
        }

        throw new InvalidOperationException("The timer ended.");
    }

    public void Approve(string context, string id)
    {
        var review = JsonDocument.Parse(Gateway(context, "review", id, "--json").Output).RootElement;
        Gateway(context, "approve", id, "--digest", review.GetProperty("releaseSha256").GetString()!, "-m", "benchmark");
    }

    /// <summary>Waits until the only transfer awaits approval and rejects it, so that nothing of it runs beside what is measured next.</summary>
    public async Task RejectAsync() => Gateway("approver-1", "reject", await ReviewableAsync(), "-m", "benchmark");

    public Task PublishedAsync(string name)
    {
        // The watch ends itself with the first event of a published import.
        using var watch = Process.Start(new ProcessStartInfo(Program, ["imports", "watch", "--json", "--context", "importer"])
        {
            RedirectStandardOutput = true,
            Environment = { ["GATEWAY_CONTEXTS"] = Path.Combine(directory, "contexts.json") },
        })!;
        while (watch.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(name, StringComparison.Ordinal) && line.Contains("published", StringComparison.OrdinalIgnoreCase))
            {
                watch.Kill();
                return Task.CompletedTask;
            }
        }

        throw new InvalidOperationException("The watch ended.");
    }

    public Measured Low() => Measured.Of(Child("gateway-low"));

    public Measured High() => Measured.Of(Child("gateway-high"));

    public static void Delete(string directory)
    {
        foreach (var inner in Directory.EnumerateDirectories(directory, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            File.SetUnixFileMode(inner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(directory, recursive: true);
    }

    public void Dispose()
    {
        using var signal = Process.Start("kill", ["-TERM", dev.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        dev.WaitForExit();
        dev.Dispose();
    }

    private static IEnumerable<string> Ids(JsonElement reviews) =>
        reviews.GetProperty("transfers").EnumerateArray().Select(r => r.GetProperty("id").GetString()!);

    private Process Child(string name) =>
        Process.GetProcessById(File.ReadAllText($"/proc/{dev.Id}/task/{dev.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse)
            .Single(id => File.ReadAllText($"/proc/{id}/comm").Trim() == name));

    private string Reader(string protocol) => $"https://{Configuration("high").GetProperty("readers").GetProperty(protocol).GetString()}";

    private JsonElement Configuration(string side) => JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, side + ".json"))).RootElement;

    private static string Root()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))!;
        }

        return directory;
    }
}
