using System.Diagnostics;
using System.Globalization;
using Gateway.Benchmarks;
using Gateway.Benchmarks.Lane;

// Reports, never judges: one artifact crosses from `gateway submit` to a published directory on this machine, and is pulled; `sha256sum` and `cp` read
// the same file in the same run, so that figures of different machines compare as ratios.
if (args is ["uploads", ..])
{
    await Uploads.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 8, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 10_000);
    return 0;
}

if (args is ["codec"])
{
    Codec.Run();
    return 0;
}

if (args is ["inspection", ..])
{
    await Inspecting.RunAsync(args.Length > 1 ? args[1] : "");
    return 0;
}

if (args is ["readers", ..])
{
    await Reading.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1024);
    return 0;
}

if (args is ["watch", ..])
{
    await Watching.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300);
    return 0;
}

if (args is ["listing", ..])
{
    await Listing.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000);
    return 0;
}

if (args is ["publish", ..])
{
    await Publishing.RunAsync(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1024, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 10_000);
    return 0;
}

if (args is ["gate"])
{
    Gate.Run();
    return 0;
}

if (args is ["lane", .. var options])
{
    return LaneBenchmarkOptions.Parse(options) is { } parsed ? LaneBenchmark.Run(parsed) : Usage();

    static int Usage()
    {
        Console.Error.WriteLine("lane [--runs N] [--mebibytes N] [--mtu N] [--loss PERCENT] [--no-peers] [--no-weights] [--json]");
        return 2;
    }
}

var mebibytes = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1024;
var directory = Directory.CreateTempSubdirectory("gateway-benchmark-").FullName;
try
{
    var source = Directory.CreateDirectory(Path.Combine(directory, "source")).FullName;
    var file = Path.Combine(source, "model.safetensors");
    Sample.WriteSafetensors(file, (long)mebibytes << 20);

    var hashed = Measured.Run("sha256sum", file);
    var copied = Measured.Run("cp", file, Path.Combine(directory, "copy"));

    using var site = await DevelopmentSite.StartAsync(Path.Combine(directory, "site"));
    var clock = Stopwatch.StartNew();
    var submit = site.Gateway("engineer", "submit", source, "--name", "bench/model", "--version", "1", "--kind", "checkpoint", "--to", site.Enclave, "--reason", "benchmark", "--licence", "Apache-2.0", "--json");
    var submitted = clock.Elapsed;
    var id = await site.ReviewableAsync();
    var inspected = clock.Elapsed;
    site.Approve("approver-1", id);
    site.Approve("approver-2", id);
    var approved = clock.Elapsed;
    await site.PublishedAsync("bench/model");
    var published = clock.Elapsed;
    var pull = site.Gateway("importer", "imports", "pull", "bench/model", "--to", Path.Combine(directory, "pulled"));
    var pulled = clock.Elapsed;

    var total = mebibytes * 1.048576;
    var gibibytes = mebibytes / 1024.0;
    Console.WriteLine($"{mebibytes} MiB, one file; {Environment.ProcessorCount} cores; lane paced to {site.LaneRate / 1e9:0.###} Gbit/s");
    Console.WriteLine();
    Console.WriteLine($"{"step",-44}{"seconds",9}{"MB/s",9}");
    Row("submit: hash, upload, sign", submitted);
    Row("inspect on the low side", inspected - submitted);
    Row("two approvals by two processes", approved - inspected);
    Row("seal, lane, verify, publish", published - approved);
    Row("submit to published, approvals left out", published - (approved - inspected));
    Row("pull and verify", pulled - published);
    Row("sha256sum of the same file", hashed.Wall);
    Row("cp of the same file", copied.Wall);
    Console.WriteLine();
    Console.WriteLine($"{"process",-44}{"CPU s/GiB",10}{"peak MiB",10}");
    Process("gateway-low", site.Low());
    Process("gateway-high", site.High());
    Process("gateway submit", submit);
    Process("gateway imports pull", pull);
    Process("sha256sum", hashed);
    Process("cp", copied);
    Console.WriteLine();
    var whole = (published - (approved - inspected)).TotalSeconds;
    Console.WriteLine($"submit to published takes {whole / hashed.Wall.TotalSeconds:0.0} times sha256sum and {whole / copied.Wall.TotalSeconds:0.0} times cp of the same run");
    return 0;

    void Row(string name, TimeSpan time) => Console.WriteLine($"{name,-44}{time.TotalSeconds,9:0.00}{total / time.TotalSeconds,9:0}");
    void Process(string name, Measured measured) => Console.WriteLine($"{name,-44}{measured.Cpu.TotalSeconds / gibibytes,10:0.00}{measured.PeakBytes / (double)(1 << 20),10:0}");
}
finally
{
    DevelopmentSite.Delete(directory);
}
