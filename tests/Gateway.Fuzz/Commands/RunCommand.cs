using System.Diagnostics;
using System.Globalization;
using Gateway.Fuzz.Corpora;
using Gateway.Fuzz.Guided;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Commands;

/// <summary>Starts a process for each target, on as many processors as there are, and keeps the input on which one dies or stands still.</summary>
internal static class RunCommand
{
    public const string WorkRun = "work-run";
    public const string WorkDistil = "work-distil";

    /// <summary>How long an input may take before it is taken for endless.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task<int> RunAsync(FuzzRun run, bool distils, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        var targets = run.Target is { } name ? [FuzzTargets.Of(name)] : FuzzTargets.All;
        using var copy = new InstrumentedCopy();
        var failed = 0;
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = stop },
            async (target, token) =>
            {
                if (!await WorkAsync(copy, run, target, distils ? WorkDistil : WorkRun, token))
                {
                    Interlocked.Increment(ref failed);
                }
            });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{targets.Count} targets in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s, {failed} with failures"));
        return failed == 0 ? FuzzCommand.Done : FuzzCommand.Failed;
    }

    private static async Task<bool> WorkAsync(InstrumentedCopy copy, FuzzRun run, FuzzTarget target, string work, CancellationToken stop)
    {
        var currentFile = copy.CurrentInputOf(target.Name);
        using var current = new CurrentInput(currentFile);
        using var process = Process.Start(new ProcessStartInfo(copy.Program, [work, .. run.Arguments(target.Name, currentFile)]))!;
        using var watch = new PeriodicTimer(Patience);
        var ended = process.WaitForExitAsync(stop);
        var last = -1L;
        try
        {
            while (await Task.WhenAny(ended, watch.WaitForNextTickAsync(stop).AsTask()) != ended && current.Executions != last)
            {
                last = current.Executions;
            }

            stop.ThrowIfCancellationRequested();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        await process.WaitForExitAsync(stop);
        if (process.ExitCode is FuzzCommand.Done or FuzzCommand.Failed)
        {
            return process.ExitCode == FuzzCommand.Done;
        }

        var why = string.Create(CultureInfo.InvariantCulture, $"its process ended with {process.ExitCode}, or was ended after {Patience.TotalMinutes} minutes with one input");
        WorkCommand.Report(new KeptInputs(run.Root), target, current.Read(), why);
        return false;
    }
}
