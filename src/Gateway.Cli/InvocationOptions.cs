using System.CommandLine;
using Gateway.Cli.Contexts;

namespace Gateway.Cli;

/// <summary>Options and arguments that several commands share, so that they read the same everywhere.</summary>
internal static class InvocationOptions
{
    /// <summary>Which context to use.</summary>
    public static Option<string?> Context() => new("--context") { Description = "Context to use, as named in the contexts file.", HelpName = "NAME" };

    /// <summary>One JSON document on stdout.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON document on stdout and nothing else there." };

    /// <summary>A transfer's id, with or without <c>transfers/</c>.</summary>
    public static Argument<string> Id(string description) => new("ID") { Description = description };

    /// <summary>The context that the command line and the environment name.</summary>
    public static GatewayContext ContextOf(this ParseResult result, CommandEnvironment environment) =>
        ContextsFile.Read(environment, result.GetValue<string?>("--context"));

    /// <summary>Whether <c>--json</c> was given.</summary>
    public static bool WantsJson(this ParseResult result) => result.GetValue<bool>("--json");
}
