namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Checks the elements of a buffer that readers follow, as they come. Whatever is not followed needs none.</summary>
internal abstract class ArrowElements(int width)
{
    /// <summary>Bytes of an element.</summary>
    public int Width => width;

    /// <summary>The next whole elements: what is wrong with one, or null.</summary>
    public abstract string? Next(ReadOnlySpan<byte> elements);

    /// <summary>The buffer ended, or was left out where it may be.</summary>
    public virtual string? Complete() => null;
}
