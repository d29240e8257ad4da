using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>
/// Offsets of lists, strings and binaries (Columnar.rst, "Variable-size Binary Layout"): from 0, never back, and not beyond what they
/// point into. Writers rebase them to 0, and readers that do not expect it read before the values.
/// </summary>
/// <param name="width">4, or 8 for large types.</param>
/// <param name="limit">Values of the child; for bytes, what the data buffer must then hold is told to it.</param>
/// <param name="data">Buffer of bytes that they point into, or null for a child.</param>
internal sealed class ArrowOffsets(int width, long limit, ArrowBuffer? data) : ArrowElements(width)
{
    private long last = -1;

    public override string? Next(ReadOnlySpan<byte> elements)
    {
        for (; !elements.IsEmpty; elements = elements[Width..])
        {
            var next = Width == 4 ? BinaryPrimitives.ReadInt32LittleEndian(elements) : BinaryPrimitives.ReadInt64LittleEndian(elements);
            if (last < 0 ? next != 0 : next < last)
            {
                return last < 0 ? "offsets that do not begin at 0" : "offsets that go back";
            }

            if (next > limit)
            {
                return "an offset beyond the values";
            }

            last = next;
        }

        return null;
    }

    public override string? Complete()
    {
        if (data is not null)
        {
            data.Need = Math.Max(last, 0);
        }

        return null;
    }
}
