using System.Diagnostics.CodeAnalysis;

namespace Gateway.Core;

/// <summary>A value, or the refusal that took its place. Never both, never neither.</summary>
public readonly struct Outcome<T>
    where T : notnull
{
    private readonly T? value;

    private Outcome(T? value, Refusal? refusal)
    {
        this.value = value;
        Refusal = refusal;
    }

    /// <summary>The refusal, or null where there is a value.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True with the value; false with the refusal. A default instance throws: it is neither, which is a bug.</summary>
    public bool Succeeded([NotNullWhen(true)] out T? result, [NotNullWhen(false)] out Refusal? refusal)
    {
        result = value;
        refusal = Refusal;
        if (refusal is null && result is null)
        {
            throw new InvalidOperationException("An outcome that was never set.");
        }

        return refusal is null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}
