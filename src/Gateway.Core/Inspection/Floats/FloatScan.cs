using System.Globalization;

namespace Gateway.Core.Inspection.Floats;

/// <summary>Counts the numbers of arrays, and those that are infinite or not a number. Arrays come one behind the other, in parts cut anywhere.</summary>
internal sealed class FloatScan
{
    /// <summary>The beginning of a number that the end of a part cut.</summary>
    private readonly byte[] cut = new byte[sizeof(ulong)];

    private int cutBytes;
    private ulong numbers;
    private ulong nonFinite;
    private long firstAt;
    private string firstIn = "";

    /// <summary>The next part of an array, which holds whole numbers only.</summary>
    /// <param name="layout">What its numbers are.</param>
    /// <param name="part">The bytes.</param>
    /// <param name="offset">Where they begin in the file.</param>
    /// <param name="name">What the array is called; empty where it is the only one.</param>
    public void Append(FloatLayout layout, ReadOnlySpan<byte> part, long offset, string name)
    {
        if (cutBytes > 0)
        {
            var taken = Math.Min(layout.Bytes - cutBytes, part.Length);
            part[..taken].CopyTo(cut.AsSpan(cutBytes));
            cutBytes += taken;
            if (cutBytes < layout.Bytes)
            {
                return;
            }

            Count(layout, cut.AsSpan(0, cutBytes), offset + taken - cutBytes, name);
            cutBytes = 0;
            part = part[taken..];
            offset += taken;
        }

        var whole = part[..(part.Length - (part.Length % layout.Bytes))];
        Count(layout, whole, offset, name);
        part[whole.Length..].CopyTo(cut);
        cutBytes = part.Length - whole.Length;
    }

    /// <summary>Adds what was counted in an array that is a file of its own in an archive.</summary>
    public void Add(FloatScan array, long offset, string name)
    {
        if (nonFinite == 0 && array.nonFinite > 0)
        {
            (firstAt, firstIn) = (offset, name);
        }

        numbers += array.numbers;
        nonFinite += array.nonFinite;
    }

    /// <summary>Numbers that are not finite, or null where all are.</summary>
    public Finding? Seen()
    {
        if (nonFinite == 0)
        {
            return null;
        }

        var place = firstIn.Length > 0 ? $", first in {firstIn}" : "";
        return Findings.Inform(
            FindingCodes.NonFinite,
            firstAt,
            $"NaN or infinite: {Findings.Number(nonFinite)} of {Findings.Number(numbers)} floating-point numbers ({Share()} %){place}");
    }

    private string Share()
    {
        const double Smallest = 0.0001;
        var share = 100.0 * nonFinite / numbers;
        return share < Smallest ? "under 0.0001" : share.ToString("0.####", CultureInfo.InvariantCulture);
    }

    private void Count(FloatLayout layout, ReadOnlySpan<byte> whole, long offset, string name)
    {
        var found = NonFinite.Count(layout, whole);
        if (found > 0 && nonFinite == 0)
        {
            (firstAt, firstIn) = (offset + NonFinite.First(layout, whole), name.Length > 0 ? Findings.Quote(name) : "");
        }

        numbers += (ulong)(whole.Length / layout.Bytes);
        nonFinite += (ulong)found;
    }
}
