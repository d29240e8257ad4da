namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>What lies behind the header: tensors, which the digest alone binds, and the zeros that writers put before and behind each.</summary>
/// <param name="headerEnd">Offset in the file at which the header ends.</param>
/// <param name="tensorsAt">Offset in the file of the first tensor.</param>
/// <param name="tensors">The tensors, by where they lie.</param>
/// <param name="alignment">What the end of each padding is a multiple of.</param>
internal sealed class GgufPadding(long headerEnd, long tensorsAt, IReadOnlyList<TensorRange> tensors, int alignment)
{
    /// <summary>The tensor whose padding comes next; -1 is the header.</summary>
    private int next = -1;

    /// <summary>The next multiple of a power of two.</summary>
    public static long Align(long at, int alignment) => (at + alignment - 1) & -(long)alignment;

    /// <summary>Reads bytes that begin at an offset of the file.</summary>
    public Finding? Append(ReadOnlySpan<byte> block, long at)
    {
        var blockEnd = at + block.Length;
        for (; next < tensors.Count; next++)
        {
            var from = next < 0 ? headerEnd : tensorsAt + tensors[next].End;
            var to = next < 0 ? tensorsAt : tensorsAt + Align(tensors[next].End, alignment);
            var begin = Math.Max(from, at);
            var end = Math.Min(to, blockEnd);
            if (begin < end && block[(int)(begin - at)..(int)(end - at)].IndexOfAnyExcept((byte)0) is >= 0 and var first)
            {
                return Findings.Refuse(RefusalCode.FormatMalformed, begin + first, "padding that is not zero");
            }

            if (to > blockEnd)
            {
                return null;
            }
        }

        return null;
    }
}
