using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Ends of runs (Columnar.rst, "Run-End Encoded Layout"): each behind the last, and the last where the rows end.</summary>
internal sealed class ArrowRunEnds(int width, long rows) : ArrowElements(width)
{
    private long last;

    public override string? Next(ReadOnlySpan<byte> elements)
    {
        for (; !elements.IsEmpty; elements = elements[Width..])
        {
            var next = Width switch
            {
                2 => BinaryPrimitives.ReadInt16LittleEndian(elements),
                4 => BinaryPrimitives.ReadInt32LittleEndian(elements),
                _ => BinaryPrimitives.ReadInt64LittleEndian(elements),
            };
            if (next <= last)
            {
                return "ends of runs that do not rise";
            }

            last = next;
        }

        return null;
    }

    public override string? Complete() => last == rows ? null : "the last run does not end where the rows do";
}
