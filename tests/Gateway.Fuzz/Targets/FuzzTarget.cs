namespace Gateway.Fuzz.Targets;

/// <summary>What is given bytes that nobody vouches for.</summary>
/// <param name="Name">What it is called in commands and in <c>tests/vectors/fuzz</c>.</param>
/// <param name="Try">Gives it an input; throws <see cref="BrokenRuleException"/>, or whatever the code lets escape.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Try)
{
    /// <summary>Shapes an input so that checksums do not hide what is behind them; null where there are none.</summary>
    public Action<Span<byte>>? Mend { get; init; }

    /// <summary>Inputs that are there before anything is kept.</summary>
    public Func<Corpora.VectorFiles, IEnumerable<byte[]>> Seeds { get; init; } = _ => [];

    /// <summary>The first failure of an input, or null. Everything that escapes is one: the verifiers answer, they never throw.</summary>
    public Failure? FailureOf(byte[] input)
    {
        try
        {
            Try(input);
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, it is what is looked for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failure.Of(e);
        }
    }
}
