using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Views of strings and binaries (Columnar.rst, "Variable-size Binary View Layout"): what lies outside of a view lies in one of the data buffers.</summary>
internal sealed class ArrowViews(ArrowBuffer[] data) : ArrowElements(Bytes)
{
    /// <summary>Bytes of a view.</summary>
    public const int Bytes = 16;

    /// <summary>Longest value that lies in the view itself.</summary>
    private const int Inline = 12;

    public override string? Next(ReadOnlySpan<byte> elements)
    {
        for (; !elements.IsEmpty; elements = elements[Bytes..])
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(elements);
            var buffer = BinaryPrimitives.ReadInt32LittleEndian(elements[8..]);
            var offset = BinaryPrimitives.ReadInt32LittleEndian(elements[12..]);
            if (length < 0 || (length > Inline && (buffer < 0 || buffer >= data.Length || offset < 0)))
            {
                return "a view of no data buffer";
            }

            if (length > Inline)
            {
                data[buffer].Need = Math.Max(data[buffer].Need, (long)offset + length);
            }
        }

        return null;
    }
}
