using System.CommandLine;
using Gateway.Core;

namespace Gateway.Cli.Policy;

/// <summary><c>gateway policy check | test</c>: a bundle on disk, offline; <c>explain</c>: what one decides about a transfer.</summary>
internal static class PolicyCommand
{
    public static Command Create(CommandEnvironment environment) => new("policy", "Checks a policy bundle before it is installed, and says what one decides.")
    {
        Check(environment), Test(environment), ExplainCommand.Create(environment),
    };

    private static Command Check(CommandEnvironment environment)
    {
        var directory = DirectoryArgument();
        return new Command("check", "Validates rules, annotations and schema, and shows the digest to configure.") { directory, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var bundle = PolicyDirectory.Read(result.GetRequiredValue(directory));
                using var engine = PolicyDirectory.Engine();
                using var policy = engine.Validate(bundle).OrStop();
                if (result.WantsJson())
                {
                    environment.Screen.Document(PolicyDocument.Of(policy), CliJson.Default.PolicyDocument);
                    return Task.FromResult(ExitCode.Done);
                }

                environment.Screen.Facts(("policy", bundle.Name), ("version", $"{bundle.Version}"), ("sha256", bundle.Digest.Hex));
                environment.Screen.Table(
                    ["Rule", "Effect", "Reason"], policy.Rules.Select(RuleView.Of).Select(r => (IReadOnlyList<string>)[r.Id, r.Effect, r.Reason]));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Test(CommandEnvironment environment)
    {
        var directory = DirectoryArgument();
        return new Command("test", "Validates the bundle and runs its cases.") { directory, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var bundle = PolicyDirectory.Read(result.GetRequiredValue(directory));
                using var engine = PolicyDirectory.Engine();
                using var policy = engine.Validate(bundle).OrStop();
                var tested = PolicyTestDocument.Of(bundle, policy.RunCases());
                if (result.WantsJson())
                {
                    environment.Screen.Document(tested, CliJson.Default.PolicyTestDocument);
                }
                else
                {
                    Show(environment, tested);
                }

                return tested.Failed == 0
                    ? Task.FromResult(ExitCode.Done)
                    : throw CommandStop.Refused(RefusalCode.PolicyInvalid, $"{tested.Failed} of {tested.Cases.Count} cases fail");
            });
    }

    private static void Show(CommandEnvironment environment, PolicyTestDocument tested)
    {
        environment.Screen.Table(
            ["", "Case", "Expected", "Decided"],
            tested.Cases.Select(c => (IReadOnlyList<string>)[c.Passed ? "pass" : "FAIL", c.Name, $"{c.Expected}", $"{c.Actual}"]));
        environment.Screen.Line($"{tested.Passed} passed, {tested.Failed} failed, of {tested.Name} version {tested.Version} ({tested.Sha256})");
    }

    private static Argument<string> DirectoryArgument() => new("DIR") { Description = "Directory of the bundle." };
}
