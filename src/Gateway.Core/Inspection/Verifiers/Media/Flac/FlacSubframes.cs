namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>Walks the subframes of a frame to their last bit (RFC 9639, 9.2).</summary>
internal abstract class FlacSubframes(long fileBytes) : MediaVerifier(fileBytes)
{
    /// <summary>Zeros of the Rice code that is being read.</summary>
    private long quotient;

    protected FlacBits Bits { get; } = new();

    /// <summary>Offset in the file of the frame that is being read.</summary>
    protected long FrameAt { get; set; }

    protected Want More => Some(Bits.Append, "a frame");

    /// <summary>Samples a channel of that frame.</summary>
    protected abstract int FrameBlock { get; }

    /// <summary>True while fewer bits are there than are needed, and the file has more.</summary>
    protected bool IsShort(int needed) => Bits.Available < needed && At < FileBytes;

    /// <summary>A constant, verbatim, fixed or linear predictor (RFC 9639, 9.2).</summary>
    protected IEnumerator<Want> Subframe(int depth)
    {
        while (IsShort(64))
        {
            yield return More;
        }

        var header = Bits.Take(8);
        var type = (int)(header >> 1) & 0x3F;
        if ((header & 1) == 1)
        {
            var wasted = Bits.Zeros() + 1;
            Bits.Skip(wasted);
            depth -= wasted;
        }

        var order = type switch { 0 or 1 => 0, >= 8 and <= 12 => type - 8, >= 32 => type - 31, _ => -1 };
        if (header >> 7 != 0 || order < 0 || order > FrameBlock || depth < 1 || Bits.Available < 0)
        {
            Malformed(FrameAt, "a frame with a subframe that the standard does not have");
            yield break;
        }

        var plain = type switch { 0 => depth, 1 => (long)depth * FrameBlock, _ => (long)depth * order };
        while (Pass(ref plain))
        {
            yield return More;
        }

        if (type >= 32)
        {
            while (IsShort(64))
            {
                yield return More;
            }

            var precision = Bits.Take(4) + 1;
            if (precision == 16 || Bits.Take(5) > 15)
            {
                Malformed(FrameAt, "a frame with a predictor that the standard does not have");
            }

            var coefficients = (long)order * precision;
            while (Pass(ref coefficients))
            {
                yield return More;
            }
        }

        if (type > 1 && Refusal is null)
        {
            using var residual = Residual(order);
            while (residual.MoveNext())
            {
                yield return residual.Current;
            }
        }
    }

    /// <summary>Partitions of Rice codes (RFC 9639, 9.2.7).</summary>
    private IEnumerator<Want> Residual(int order)
    {
        while (IsShort(64))
        {
            yield return More;
        }

        var parameterBits = Bits.Take(2) switch { 0 => 4, 1 => 5, _ => 0 };
        var partitionOrder = (int)Bits.Take(4);
        var partition = FrameBlock >> partitionOrder;
        if (parameterBits == 0 || partition << partitionOrder != FrameBlock || partition < order || partition == 0)
        {
            Malformed(FrameAt, "a frame with residuals that the standard does not have");
            yield break;
        }

        for (var i = 0; i < 1 << partitionOrder && Refusal is null; i++)
        {
            while (IsShort(64))
            {
                yield return More;
            }

            var left = partition - (i == 0 ? order : 0);
            var parameter = (int)Bits.Take(parameterBits);
            if (parameter == (1 << parameterBits) - 1)
            {
                var plain = Bits.Take(5) * (long)left;
                while (Pass(ref plain))
                {
                    yield return More;
                }
            }
            else
            {
                while (Rice(ref left, parameter))
                {
                    yield return More;
                }
            }
        }
    }

    /// <summary>Passes by bits that may be anything; true while more of the file is needed.</summary>
    private bool Pass(ref long count)
    {
        var step = Math.Clamp(Bits.Available, 0, count);
        Bits.Skip(step);
        count -= step;
        if (count > 0 && At == FileBytes)
        {
            Malformed(FileBytes, "it ends within a frame");
        }

        return count > 0 && Refusal is null;
    }

    /// <summary>Passes by Rice codes; true while more of the file is needed. A residual has 32 bits at most.</summary>
    private bool Rice(ref int count, int parameter)
    {
        while (count > 0)
        {
            if (IsShort(64))
            {
                return true;
            }

            var zeros = Bits.Zeros();
            quotient += zeros;
            Bits.Skip(zeros < 32 ? zeros + 1 + parameter : zeros);
            if (Bits.Available < 0 || quotient > uint.MaxValue >> parameter)
            {
                Malformed(FrameAt, "a frame that is cut off, or has a residual of more than 32 bits");
                return false;
            }

            if (zeros < 32)
            {
                quotient = 0;
                count--;
            }
        }

        return false;
    }
}
