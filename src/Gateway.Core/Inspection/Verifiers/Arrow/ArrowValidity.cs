using System.Numerics;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>A validity bitmap: as many zeros as the node says nulls. It is kept where the indices of a dictionary need it.</summary>
internal sealed class ArrowValidity(long count, long nulls, bool isKept) : ArrowElements(1)
{
    private byte[] kept = [];
    private long read;
    private long valid;

    /// <summary>True where it was there and readable.</summary>
    public bool IsKnown => nulls == 0 || read > 0;

    /// <summary>True for a row that is not null.</summary>
    public bool Has(long row) => nulls == 0 || (kept[row / 8] >> (int)(row % 8) & 1) != 0;

    /// <summary>Gives its memory up: the next column has its own.</summary>
    public void Release() => kept = [];

    public override string? Next(ReadOnlySpan<byte> elements)
    {
        if (isKept)
        {
            kept = kept.Length == 0 ? new byte[(count + 7) / 8] : kept;
            elements.CopyTo(kept.AsSpan((int)read));
        }

        foreach (var element in elements)
        {
            var left = count - (read * 8);
            valid += BitOperations.PopCount(left >= 8 ? element : element & ((1u << (int)left) - 1));
            read++;
        }

        return null;
    }

    public override string? Complete() => read > 0 && valid != count - nulls ? "a validity bitmap that does not have the nulls of its node" : null;
}
