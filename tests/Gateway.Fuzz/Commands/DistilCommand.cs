using Gateway.Fuzz.Corpora;
using Gateway.Fuzz.Guided;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Commands;

/// <summary>Keeps, of a target's inputs, the few that together reach what its vectors do not, each as short as it can be.</summary>
internal static class DistilCommand
{
    /// <summary>Most inputs kept for a target.</summary>
    private const int MostInputs = 30;

    /// <summary>Longer ones stay with whoever found them.</summary>
    private const int MostBytes = 4096;

    public static int Run(FuzzRun run, string currentFile)
    {
        var target = FuzzTargets.Of(run.Target!);
        var kept = new KeptInputs(run.Root);
        var coverage = new Coverage();
        using var current = new CurrentInput(currentFile);
        var given = kept.Given(target);
        // Twice: what only a first execution takes is of no input.
        foreach (var input in given.Concat(given))
        {
            _ = Execute(input);
            _ = coverage.Add();
        }

        var candidates = new List<(byte[] Input, HashSet<int> Edges)>();
        foreach (var input in kept.Of(target, run.Corpus).Where(i => i.Length <= MostBytes).OrderBy(i => i.Length))
        {
            _ = Execute(input);
            if (Execute(input) && coverage.NewEdges() is { Count: > 0 } edges)
            {
                candidates.Add((input, edges));
            }
        }

        var chosen = new List<byte[]>();
        while (chosen.Count < MostInputs && candidates.Count > 0)
        {
            var (input, edges) = candidates.MaxBy(c => c.Edges.Count);
            var shortest = Trim.Shorten(input, shorter => Execute(shorter) && Coverage.Took(edges));
            chosen.Add(shortest);
            candidates.ForEach(c => c.Edges.ExceptWith(edges.ToArray()));
            candidates.RemoveAll(c => c.Edges.Count == 0);
        }

        var directory = Path.Combine(kept.Kept, target.Name);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        foreach (var input in chosen)
        {
            _ = KeptInputs.Write(directory, "", input);
        }

        Console.WriteLine($"{target.Name}: {chosen.Count} inputs of {chosen.Sum(c => c.Length)} bytes kept beside {given.Count} given");
        return FuzzCommand.Done;

        bool Execute(byte[] input)
        {
            current.Write(input);
            Coverage.Begin();
            return target.FailureOf(input) is null;
        }
    }
}
