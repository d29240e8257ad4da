namespace Gateway.Cli;

/// <summary>What the process tells its caller; scripts depend on the numbers.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>A coded no; the last line of stderr is <c>refused: CODE: sentence</c>.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>The service does not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>A bug, here or in the service; or the command of --exec failed.</summary>
    public const int Internal = 4;

    /// <summary>Stopped by Ctrl-C or SIGTERM: 128 + SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
