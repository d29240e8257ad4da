using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Gateway.Core.Inspection;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Fuzzing;

/// <summary>
/// Bytes that nobody chose, given to every verifier by <c>tests/Gateway.Fuzz</c>: what is kept, and a bounded run that is the same every time. It takes both processors, so nothing
/// else runs beside it.
/// </summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
[Collection(nameof(FuzzTests))]
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Everything_that_is_kept_is_answered_as_promised()
    {
        var said = Fuzz("replay");
        var count = Replayed().Match(said);
        Assert.True(count.Success, said);
        Assert.True(int.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture) > 3_000, "the inputs are not where they should be");
    }

    [Fact]
    public void A_bounded_run_finds_no_input_that_breaks_a_promise()
    {
        var runs = Runs(Fuzz("run"));
        Assert.Empty(FormatTable.All.Select(e => e.Name).Except(runs.Keys));
        Assert.All(runs, run => Assert.True(run.Value.Edges > 0 && run.Value.Executions > 0, run.Key));
    }

    /// <summary>From nothing to code that random bytes do not reach: the loop goes where coverage leads it.</summary>
    [Fact]
    public void What_is_covered_guides_it_and_a_seed_repeats_it()
    {
        string[] blank = ["run", "--target", "json", "--blank", "--executions", "4000"];
        var (first, again) = (Runs(Fuzz(blank))["json"], Runs(Fuzz(blank))["json"]);
        Assert.True(first.New > 100 && first.Found > 20, first.ToString());
        Assert.Equal(first, again);
    }

    private static Dictionary<string, Run> Runs(string said) =>
        Result().Matches(said).ToDictionary(m => m.Groups["target"].Value, m => new Run(Number(m, "executions"), Number(m, "edges"), Number(m, "new"), Number(m, "found")));

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    /// <summary>What it said; fails with it where it found a failure.</summary>
    private string Fuzz(params string[] arguments)
    {
        var program = Repository.Assembly("Gateway.Fuzz", "gateway-fuzz")[..^".dll".Length];
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output.WriteLine(said);
        Assert.True(process.ExitCode == 0, $"{said}\n{errors.Result}");
        return said;
    }

    [GeneratedRegex(@"^(\d+) inputs replayed, 0 failures$", RegexOptions.Multiline)]
    private static partial Regex Replayed();

    [GeneratedRegex(@"^(?<target>[\w-]+): (?<executions>\d+) executions, \d+/s, (?<edges>\d+) edges \((?<new>\d+) new\), (?<found>\d+) inputs found,.*$", RegexOptions.Multiline)]
    private static partial Regex Result();

    private sealed record Run(int Executions, int Edges, int New, int Found);
}
