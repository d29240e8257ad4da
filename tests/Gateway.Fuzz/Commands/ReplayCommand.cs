using Gateway.Fuzz.Corpora;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Commands;

/// <summary>Inputs once more, by the code as it is built.</summary>
internal static class ReplayCommand
{
    public static int Run(string[] files, string? targetName)
    {
        var inputs = files.Length == 0 ? Kept(targetName) : files.Select(f => (Target: targetName ?? TargetOf(f), Name: f, Input: File.ReadAllBytes(f)));
        var (count, failed) = (0, 0);
        foreach (var (target, name, input) in inputs)
        {
            count++;
            if (FuzzTargets.Of(target).FailureOf(input) is { } failure)
            {
                failed++;
                Console.WriteLine($"{name} failed: {failure.Text}");
            }
        }

        Console.WriteLine($"{count} inputs replayed, {failed} failures");
        return failed == 0 ? FuzzCommand.Done : FuzzCommand.Failed;
    }

    private static IEnumerable<(string Target, string Name, byte[] Input)> Kept(string? targetName)
    {
        var kept = new KeptInputs(KeptInputs.FindRoot());
        return FuzzTargets.All.Where(t => targetName is null || t.Name == targetName)
            .SelectMany(t => kept.Of(t, corpus: null).Select(input => (t.Name, $"{t.Name}, {KeptInputs.Name(input)}", input)));
    }

    /// <summary>A crash is called after its target, what is kept lies in a directory that is.</summary>
    private static string TargetOf(string file)
    {
        var name = Path.GetFileName(file);
        var directory = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!;
        return FuzzTargets.All.Any(t => t.Name == directory) ? directory : name[..Math.Max(0, name.LastIndexOf('-'))];
    }
}
