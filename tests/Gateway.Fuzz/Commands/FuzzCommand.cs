using System.CommandLine;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Commands;

/// <summary><c>gateway-fuzz</c>: looks for bytes that a verifier answers otherwise than it promises.</summary>
internal static class FuzzCommand
{
    public const int Done = 0;

    /// <summary>Something failed.</summary>
    public const int Failed = 1;

    /// <summary>What the bounded run gives each target.</summary>
    private const long BoundedExecutions = 3_000;

    private static readonly Option<string?> Target = new("--target") { Description = "One of them alone." };

    private static readonly Option<long> Executions =
        new("--executions") { Description = "For each target; a run of so many is the same every time.", DefaultValueFactory = _ => BoundedExecutions };

    private static readonly Option<double?> Minutes = new("--minutes") { Description = "For each target, in place of a number of executions." };

    private static readonly Option<int> Seed = new("--seed") { Description = "Another number is another run.", DefaultValueFactory = _ => 1 };

    private static readonly Option<string?> Corpus = new("--corpus") { Description = "Directory of inputs besides what is kept; what is found is written there." };

    private static readonly Option<bool> Blank = new("--blank") { Description = "Begins with nothing." };

    private static readonly Option<string?> Root = new("--root") { Hidden = true };

    private static readonly Option<string> Current = new("--current") { Hidden = true, Required = true };

    public static RootCommand Create()
    {
        Target.AcceptOnlyFromAmong([.. FuzzTargets.All.Select(t => t.Name)]);
        var files = new Argument<string[]>("files") { Arity = ArgumentArity.ZeroOrMore, Description = "All that is kept where none is given." };
        var run = new Command("run", "Damages inputs, guided by what they cover; exits 1 where one fails.") { Target, Executions, Minutes, Seed, Corpus, Blank };
        run.SetAction((parsed, stop) => RunCommand.RunAsync(RunOf(parsed), distils: false, stop));
        var distil = new Command("distil", "Keeps those inputs of a corpus that reach what vectors do not, shortened.") { Target, Corpus };
        distil.SetAction((parsed, stop) => RunCommand.RunAsync(RunOf(parsed), distils: true, stop));
        var replay = new Command("replay", "Runs inputs once, without instrumentation.") { files, Target };
        replay.SetAction(parsed => ReplayCommand.Run(parsed.GetValue(files)!, parsed.GetValue(Target)));
        var workRun = new Command(RunCommand.WorkRun) { Target, Executions, Minutes, Seed, Corpus, Blank, Root, Current };
        workRun.Hidden = true;
        workRun.SetAction(parsed => WorkCommand.Run(RunOf(parsed), parsed.GetValue(Current)!));
        var workDistil = new Command(RunCommand.WorkDistil) { Target, Executions, Minutes, Seed, Corpus, Blank, Root, Current };
        workDistil.Hidden = true;
        workDistil.SetAction(parsed => DistilCommand.Run(RunOf(parsed), parsed.GetValue(Current)!));
        return new("Looks for bytes that a verifier answers otherwise than it promises.") { run, distil, replay, workRun, workDistil };
    }

    private static FuzzRun RunOf(ParseResult parsed) => new(
        parsed.GetValue(Root) ?? Corpora.KeptInputs.FindRoot(),
        parsed.GetValue(Target),
        parsed.GetValue(Executions) is > 0 and var executions ? executions : BoundedExecutions,
        parsed.GetValue(Minutes),
        parsed.GetValue(Seed),
        parsed.GetValue(Corpus) is { } corpus ? Path.GetFullPath(corpus) : null,
        parsed.GetValue(Blank));
}
