using System.Numerics;
using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// Reads structs of Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol.md) by their declarations, strictly: numbers in their
/// shortest form, fields in ascending order, so none twice, and no field that is not declared. A reader skips what it does not know, and what is
/// skipped crosses unread.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes, long offset)
{
    private readonly ReadOnlySpan<byte> bytes = bytes;
    private readonly long offset = offset;

    /// <summary>Bytes read so far.</summary>
    public int At { get; set; }

    /// <summary>The first fault, or null.</summary>
    public Finding? Refusal { get; private set; }

    /// <summary>True where the fault is that the bytes ended.</summary>
    public bool Ended { get; private set; }

    /// <summary>The bytes of a value.</summary>
    public readonly ReadOnlySpan<byte> Bytes(ThriftSlot slot) => bytes[slot.Begin..slot.End];

    /// <summary>Reads a struct and what it holds.</summary>
    public ThriftFields Struct(ThriftShape shape)
    {
        var fields = default(ThriftFields);
        var last = 0;
        while (Byte() is var header and not 0 && Refusal is null)
        {
            var id = last + (header >> 4);
            if (id == last && ((id = (int)Integer(16)) < last + 16 || Refusal is not null))
            {
                Malformed($"a field of {shape.Name} out of order or in the long form");
                return fields;
            }

            if (shape.Field(id) is not { } field)
            {
                Fail(RefusalCode.FormatUnknown, $"{shape.Name} has a field {id}, which is not known");
                return fields;
            }

            if (field.Refused is { } what)
            {
                Fail(RefusalCode.FormatUnknown, what);
                return fields;
            }

            fields[id] = field.IsList ? List(field, header & 15) : Value(field, header & 15, isElement: false);
            last = id;
        }

        if ((fields.Present & shape.Required) != shape.Required)
        {
            Malformed($"{shape.Name} lacks {shape.Field(BitOperations.TrailingZeroCount(shape.Required & ~fields.Present))!.Name}");
        }

        if (shape.IsUnion && BitOperations.PopCount(fields.Present) != 1)
        {
            Malformed($"{shape.Name} is not one of its choices");
        }

        return fields;
    }

    /// <summary>The next string of a list that was read.</summary>
    public ReadOnlySpan<byte> Text()
    {
        var length = Length();
        var text = bytes.Slice(At, length);
        At += length;
        return text;
    }

    /// <summary>The next number of a list that was read.</summary>
    public long Number() => Integer(64);

    private ThriftSlot List(ThriftField field, int type)
    {
        if (type != 9)
        {
            return WrongType(field);
        }

        var header = Byte();
        var count = (ulong)header >> 4;
        if (count == 15 && (count = Variable()) < 15)
        {
            Malformed($"{field.Name} has a length in the long form");
        }

        // Every element has a byte at least.
        if (count > (ulong)(bytes.Length - At))
        {
            End();
            return default;
        }

        var begin = At;
        for (var i = 0UL; i < count && Refusal is null; i++)
        {
            _ = Value(field, header & 15, isElement: true);
        }

        return new ThriftSlot(begin, At, (long)count);
    }

    private ThriftSlot Value(ThriftField field, int type, bool isElement)
    {
        var begin = At;
        if (type != CompactType(field.Kind) && !(field.Kind == ThriftKind.Boolean && type == 2))
        {
            return WrongType(field);
        }

        var number = 0L;
        switch (field.Kind)
        {
            case ThriftKind.Boolean:
                number = isElement ? Byte() : type;
                if (number > 2)
                {
                    Malformed($"{field.Name} is neither true nor false");
                }

                number = number == 1 ? 1 : 0;
                break;
            case ThriftKind.I8:
                number = unchecked((sbyte)Byte());
                break;
            case ThriftKind.I16:
                number = Integer(16);
                break;
            case ThriftKind.I32:
                number = Integer(32);
                if (field.Values != 0 && Refusal is null && (number is < 0 or > 31 || (field.Values >> (int)number & 1) == 0))
                {
                    Fail(RefusalCode.FormatUnknown, $"{field.Name} {number}");
                }

                break;
            case ThriftKind.I64:
                number = Integer(64);
                break;
            case ThriftKind.Double:
                Skip(8);
                break;
            case ThriftKind.Struct:
                _ = Struct(field.Of!);
                break;
            default:
                var length = Length();
                if (length > field.MaximumBytes)
                {
                    Fail(RefusalCode.LimitExceeded, $"{field.Name} of more than {Findings.Number(field.MaximumBytes)} bytes");
                }

                begin = At;
                Skip(length);
                if (field.Kind == ThriftKind.Text && Refusal is null && !Utf8.IsValid(bytes[begin..At]))
                {
                    Malformed($"{field.Name} is not UTF-8");
                }

                break;
        }

        return new ThriftSlot(begin, At, number);
    }

    private static int CompactType(ThriftKind kind) => kind switch
    {
        ThriftKind.Boolean => 1,
        ThriftKind.I8 => 3,
        ThriftKind.I16 => 4,
        ThriftKind.I32 => 5,
        ThriftKind.I64 => 6,
        ThriftKind.Double => 7,
        ThriftKind.Struct => 12,
        _ => 8,
    };

    private int Length()
    {
        var length = Variable();
        if (length > (ulong)(bytes.Length - At))
        {
            End();
            return 0;
        }

        return (int)length;
    }

    /// <summary>A signed number in zigzag form.</summary>
    private long Integer(int bits)
    {
        var zigzag = Variable();
        var number = (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        if (number >> (bits - 1) is not (0 or -1))
        {
            Malformed($"a number of more than {bits} bits");
            return 0;
        }

        return number;
    }

    private ulong Variable()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            if ((next == 0 && shift > 0 && Refusal is null) || (shift == 63 && next > 1))
            {
                Malformed("a number that is not in its shortest form, or has more than 64 bits");
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80 || Refusal is not null)
            {
                return value;
            }
        }
    }

    private byte Byte()
    {
        if (At == bytes.Length)
        {
            End();
            return 0;
        }

        return bytes[At++];
    }

    private void Skip(int count)
    {
        if (count > bytes.Length - At)
        {
            End();
            return;
        }

        At += count;
    }

    private ThriftSlot WrongType(ThriftField field)
    {
        Malformed($"{field.Name} is of another type");
        return default;
    }

    private void End()
    {
        Ended |= Refusal is null;
        Malformed("it ends within a Thrift struct");
    }

    private void Malformed(string message) => Fail(RefusalCode.FormatMalformed, message);

    private void Fail(RefusalCode code, string message) => Refusal ??= Findings.Refuse(code, offset + At, $"Parquet: {message}");
}
