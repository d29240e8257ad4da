using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Indices into a dictionary: within it, but where the row is null, which pandas writes as -1.</summary>
internal sealed class ArrowIndices(ArrowIndex index, long values, ArrowValidity validity) : ArrowElements(index.Bytes)
{
    private long row;

    public override string? Next(ReadOnlySpan<byte> elements)
    {
        for (; !elements.IsEmpty; elements = elements[Width..], row++)
        {
            // A negative index, or one of 2^63 and more, is out of any dictionary.
            var place = Width switch
            {
                1 => index.IsSigned ? unchecked((sbyte)elements[0]) : elements[0],
                2 => index.IsSigned ? BinaryPrimitives.ReadInt16LittleEndian(elements) : BinaryPrimitives.ReadUInt16LittleEndian(elements),
                4 => index.IsSigned ? BinaryPrimitives.ReadInt32LittleEndian(elements) : BinaryPrimitives.ReadUInt32LittleEndian(elements),
                _ => BinaryPrimitives.ReadInt64LittleEndian(elements),
            };
            if ((place < 0 || place >= values) && validity.IsKnown && validity.Has(row))
            {
                return "an index outside of its dictionary";
            }
        }

        return null;
    }

    public override string? Complete()
    {
        validity.Release();
        return null;
    }
}
