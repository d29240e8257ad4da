using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>One tensor of a safetensors header while it is read.</summary>
/// <param name="name">Its name.</param>
internal sealed class TensorEntry(string name)
{
    private readonly List<long> shape = [];
    private Part part;
    private int bits;
    private bool hasShape;
    private UInt128 elements = UInt128.One;
    private int offsets;
    private long begin;
    private long end;

    private enum Part
    {
        None,
        Type,
        Shape,
        Offsets,
    }

    /// <summary>The element type, once read.</summary>
    public string Type { get; private set; } = "";

    public JsonFault? Member(ReadOnlySpan<byte> key)
    {
        part = key switch
        {
            _ when key.SequenceEqual("dtype"u8) => Part.Type,
            _ when key.SequenceEqual("shape"u8) => Part.Shape,
            _ when key.SequenceEqual("data_offsets"u8) => Part.Offsets,
            _ => Part.None,
        };
        return part == Part.None ? Malformed($"the member {Findings.Quote(key)}, which the format does not have") : null;
    }

    public JsonFault? Text(ReadOnlySpan<byte> text)
    {
        if (part != Part.Type)
        {
            return Malformed("a string where numbers belong");
        }

        if (!SafetensorsType.TryFind(text, out var type, out bits))
        {
            return Malformed($"the unknown dtype {Findings.Quote(text)}");
        }

        Type = type;
        return null;
    }

    public JsonFault? BeginArray() => part is Part.Shape or Part.Offsets ? null : Malformed("a list where a dtype belongs");

    public JsonFault? EndArray()
    {
        hasShape |= part == Part.Shape;
        return null;
    }

    public JsonFault? Number(ref Utf8JsonReader reader)
    {
        if (!reader.TryGetInt64(out var value) || value < 0 || reader.ValueSpan[0] == '-')
        {
            return Malformed("a number that is not whole, or not from 0 to 2^63-1");
        }

        return part == Part.Shape ? Dimension(value) : OffsetOf(value);
    }

    /// <summary>The object ended: everything is there and the bytes are what shape and type ask for.</summary>
    public JsonFault? Complete(out TensorRange range, out UInt128 count)
    {
        range = new TensorRange(begin, end, SafetensorsType.Floats(Type), name, Type, [.. shape]);
        count = elements;
        if (bits == 0 || !hasShape || offsets != 2)
        {
            return Malformed("dtype, shape or data_offsets missing or incomplete");
        }

        if (end < begin)
        {
            return Malformed("data_offsets that end before they begin");
        }

        // Elements stay below 2^63, so the product of a 64-bit count and at most 64 bits fits in 128.
        var total = elements * (uint)bits;
        return total % 8 == 0 && total / 8 == (UInt128)(end - begin)
            ? null
            : Malformed($"{Findings.Number(end - begin)} bytes, which shape and dtype do not ask for");
    }

    private JsonFault? Dimension(long value)
    {
        if (shape.Count == InspectionLimits.Dimensions)
        {
            return JsonFault.TooMuch($"tensor {Findings.Quote(name)} has more than {InspectionLimits.Dimensions} dimensions");
        }

        shape.Add(value);
        elements *= (ulong)value;
        return elements > long.MaxValue ? Malformed("a shape of 2^63 elements or more") : null;
    }

    private JsonFault? OffsetOf(long value)
    {
        begin = offsets == 0 ? value : begin;
        end = value;
        return ++offsets > 2 ? Malformed("more than two data_offsets") : null;
    }

    private JsonFault Malformed(string what) => JsonFault.Malformed($"tensor {Findings.Quote(name)} has {what}");
}
