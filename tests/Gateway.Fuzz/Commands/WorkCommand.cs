using System.Diagnostics;
using System.Globalization;
using Gateway.Fuzz.Corpora;
using Gateway.Fuzz.Guided;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Commands;

/// <summary>One target, in a process whose code is instrumented.</summary>
internal static class WorkCommand
{
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(30);

    public static int Run(FuzzRun run, string currentFile)
    {
        var target = FuzzTargets.Of(run.Target!);
        var kept = new KeptInputs(run.Root);
        using var current = new CurrentInput(currentFile);
        var found = run.Corpus is null ? null : Path.Combine(run.Corpus, target.Name);
        var loop = new FuzzLoop(target, new Coverage(), current) { OnFound = found is null ? null : input => _ = KeptInputs.Write(found, "", input) };
        var begun = Stopwatch.GetTimestamp();
        var given = run.Blank ? [[]] : kept.Of(target, run.Corpus);
        loop.Begin(given);
        var guided = Stopwatch.GetTimestamp();
        var fromGiven = loop.Executions;
        var told = TimeSpan.Zero;
        loop.Continue(new Havoc(run.Seed, FuzzLoop.MaximumBytes, Tokens.Of(given)), new Random(run.Seed), l =>
        {
            var elapsed = Stopwatch.GetElapsedTime(begun);
            if (elapsed - told > Progress)
            {
                told = elapsed;
                Console.WriteLine("  " + Line(target, l, (l.Executions - fromGiven) / Stopwatch.GetElapsedTime(guided).TotalSeconds));
            }

            return run.Minutes is { } minutes ? elapsed.TotalMinutes >= minutes : l.Executions - fromGiven >= run.Executions;
        });

        Console.WriteLine(Line(target, loop, (loop.Executions - fromGiven) / Stopwatch.GetElapsedTime(guided).TotalSeconds));
        foreach (var (input, failure) in loop.Failures)
        {
            // What is slow would be slow some hundred times more.
            var shortest = failure.Kind == InspectionRules.Slow ? input : Trim.Shorten(input, shorter => target.FailureOf(shorter)?.Kind == failure.Kind);
            Report(kept, target, shortest, failure.Text);
        }

        return loop.Failures.Count == 0 ? FuzzCommand.Done : FuzzCommand.Failed;
    }

    /// <summary>Keeps what failed, and says how to see it again.</summary>
    public static void Report(KeptInputs kept, FuzzTarget target, byte[] input, string why)
    {
        var path = KeptInputs.Write(kept.Crashes, $"{target.Name}-", input);
        Console.WriteLine($"{target.Name} failed: {why}\n  again: dotnet run --project tests/Gateway.Fuzz -c Release -- replay {Path.GetRelativePath(kept.Root, path)}");
    }

    private static string Line(FuzzTarget target, FuzzLoop loop, double perSecond) => string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}: {loop.Executions} executions, {perSecond:0}/s, {loop.Edges} edges ({loop.Edges - loop.GivenEdges} new), {loop.Found.Count} inputs found, slowest {loop.Slowest.Time.TotalMilliseconds:0.0} ms for {loop.Slowest.Bytes} bytes, {loop.Failures.Count} failures");
}
