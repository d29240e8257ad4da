using System.CommandLine;

namespace Gateway.Cli.Imports;

internal static class PullCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        return new Command("pull", "Fetches a published artifact.").Runs(environment, (_, _) => throw new NotSupportedException("pull"));
    }
}
