namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>The body of a message: its buffers in their order, and zeros between and behind them.</summary>
internal sealed class ArrowBody(IReadOnlyList<ArrowBuffer> buffers, long bytes)
{
    private long at;
    private int next;
    private long decompressed;

    /// <summary>Bytes that are still to come.</summary>
    public long Left => bytes - at;

    /// <summary>The next bytes, at an offset of the file.</summary>
    public Finding? Append(ReadOnlySpan<byte> part, long offset)
    {
        while (!part.IsEmpty)
        {
            if (Pass(offset) is { } refusal)
            {
                return refusal;
            }

            var begin = next < buffers.Count ? buffers[next].Offset : bytes;
            var end = at < begin ? begin : buffers[next].Offset + buffers[next].Length;
            var taken = (int)Math.Min(part.Length, end - at);
            var fault = at >= begin ? buffers[next].Append(part[..taken])
                : part[..taken].ContainsAnyExcept((byte)0) ? "padding between buffers that is not zero"
                : null;
            if (fault is not null)
            {
                return Findings.Refuse(RefusalCode.FormatMalformed, offset - at + Math.Min(begin, at), fault);
            }

            at += taken;
            offset += taken;
            part = part[taken..];
        }

        return null;
    }

    /// <summary>The body ended at an offset of the file.</summary>
    public Finding? Complete(long offset) => Pass(offset);

    /// <summary>Passes by the buffers that are complete, and those without bytes.</summary>
    private Finding? Pass(long offset)
    {
        for (; next < buffers.Count && (buffers[next].Length == 0 || at == buffers[next].Offset + buffers[next].Length); next++)
        {
            if (buffers[next].Complete() is { } fault)
            {
                return Findings.Refuse(RefusalCode.FormatMalformed, offset, fault);
            }

            decompressed += buffers[next].Decompressed;
            if (decompressed > ArrowLimits.DecompressedBatchBytes)
            {
                return Findings.Refuse(
                    RefusalCode.LimitExceeded, offset, $"a batch of more than {Findings.Number(ArrowLimits.DecompressedBatchBytes)} bytes when decompressed");
            }
        }

        return null;
    }
}
