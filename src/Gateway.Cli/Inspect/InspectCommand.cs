using System.CommandLine;

namespace Gateway.Cli.Inspect;

/// <summary><c>gateway inspect PATH [--json]</c>: what the verifiers say of a file or directory, offline.</summary>
public static class InspectCommand
{
    public static Command Create() => new("inspect", "Say what the verifiers find in a file or directory; nothing is sent.");
}
