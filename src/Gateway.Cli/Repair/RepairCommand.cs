using System.CommandLine;

namespace Gateway.Cli.Repair;

/// <summary><c>gateway repair request | apply</c>.</summary>
internal static class RepairCommand
{
    public static Command Create(CommandEnvironment environment) => new(
        "repair",
        "Has sent again what the lane lost: `request` on the high side prints a short code, a person carries it, `apply` on the low side takes it.")
    {
        RepairRequestCommand.Create(environment), RepairApplyCommand.Create(environment),
    };
}
