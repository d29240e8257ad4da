using Gateway.Core;

namespace Gateway.Cli;

/// <summary>Ends a command early with an exit code. The one exception that commands throw on purpose: <see cref="Invocation"/> turns it into the last line of stderr.</summary>
internal sealed class CommandStop : Exception
{
    private CommandStop(int code, string sentence, Refusal? refusal)
        : base(sentence)
    {
        Code = code;
        Refusal = refusal;
    }

    /// <summary>One of <see cref="ExitCode"/>.</summary>
    public int Code { get; }

    /// <summary>The refusal, where the code is <see cref="ExitCode.Refused"/>.</summary>
    public Refusal? Refusal { get; }

    public static CommandStop Refused(Refusal refusal) => new(ExitCode.Refused, refusal.ToString(), refusal);

    public static CommandStop Refused(RefusalCode code, string detail) => Refused(new Refusal(code, detail));

    /// <summary>Wrong usage or configuration; the sentence names what to change.</summary>
    public static CommandStop Usage(string sentence) => new(ExitCode.Usage, sentence, null);

    /// <summary>Something that was to be done here did not work, and neither the user nor a service said no; the sentence names it.</summary>
    public static CommandStop Failed(string sentence) => new(ExitCode.Internal, sentence, null);

    public static CommandStop Unreachable(string sentence) => new(ExitCode.Unreachable, sentence, null);
}

/// <summary>Takes values out of outcomes.</summary>
internal static class OutcomeExtensions
{
    /// <summary>The value; stops the command with the refusal where there is none.</summary>
    public static T OrStop<T>(this Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw CommandStop.Refused(refusal);

    /// <summary>Stops the command where there is a refusal.</summary>
    public static void OrStop(this Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw CommandStop.Refused(refusal);
        }
    }
}
