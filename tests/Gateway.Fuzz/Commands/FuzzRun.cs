using System.Globalization;

namespace Gateway.Fuzz.Commands;

/// <summary>What to run, and for how long.</summary>
/// <param name="Root">The repository.</param>
/// <param name="Target">Null for all.</param>
/// <param name="Executions">For each target.</param>
/// <param name="Minutes">For each target, in place of executions.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="Corpus">Inputs besides what is kept.</param>
/// <param name="Blank">True to begin with nothing.</param>
internal sealed record FuzzRun(string Root, string? Target, long Executions, double? Minutes, int Seed, string? Corpus, bool Blank)
{
    /// <summary>As arguments of the process that does it for one target.</summary>
    public IEnumerable<string> Arguments(string target, string current)
    {
        List<string> arguments =
        [
            "--root", Root, "--target", target, "--current", current, "--seed", Seed.ToString(CultureInfo.InvariantCulture),
            "--executions", Executions.ToString(CultureInfo.InvariantCulture), "--blank", Blank ? "true" : "false",
        ];
        if (Minutes is { } minutes)
        {
            arguments.AddRange(["--minutes", minutes.ToString(CultureInfo.InvariantCulture)]);
        }

        return Corpus is null ? arguments : arguments.Concat(["--corpus", Corpus]);
    }
}
