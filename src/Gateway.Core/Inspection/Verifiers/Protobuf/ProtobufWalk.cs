using System.Buffers.Binary;
using System.Text.Unicode;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>
/// Reads a protobuf message by its schema (protobuf.dev, "Encoding"), strictly: fields of the schema only and in their wire type, no groups, varints in
/// their shortest form, a singular field once (readers take the last or merge), a repeated one packed once or not at all, messages that end where they say.
/// </summary>
internal sealed class ProtobufWalk : IDisposable
{
    private readonly ProtobufVisitor visitor;
    private readonly Stack<ProtobufFrame> open = new();
    private readonly KeptBytes kept = new();
    private State state = State.Tag;
    private ProtobufVarint varint;
    private ProtobufField field = new(0, "", ProtobufKind.Bytes);
    private bool isPacked;
    private long fieldAt;
    private long at;
    private long valueEnd;
    private ProtobufRange range;
    private Finding? refusal;

    public ProtobufWalk(ProtobufSchema schema, long bytes, ProtobufVisitor visitor)
    {
        this.visitor = visitor;
        open.Push(new ProtobufFrame(schema, null, 0, bytes));
    }

    private enum State
    {
        Tag,
        Varint,
        Length,

        /// <summary>Values of fixed width that are looked at, text and held bytes.</summary>
        Held,
        Streamed,
        PackedVarints,
    }

    /// <summary>The next bytes.</summary>
    public Finding? Append(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty && refusal is null)
        {
            var taken = state switch
            {
                State.Held => Hold(block),
                State.Streamed => Stream(block),
                State.PackedVarints => Packed(block),
                _ => Byte(block[0]),
            };
            block = block[taken..];
        }

        return refusal;
    }

    /// <summary>The content ended.</summary>
    public Finding? Complete()
    {
        if (refusal is null && state == State.Tag)
        {
            Close();
        }

        return refusal ?? (open.Count > 0 ? Refuse(ProtobufFault.Malformed("it ends within a field")) : null);
    }

    public void Dispose() => kept.Dispose();

    private int Byte(byte b)
    {
        fieldAt = state == State.Tag && varint.IsEmpty ? at : fieldAt;
        at++;
        if (varint.Take(b, out var value, out var isCanonical))
        {
            if (!isCanonical)
            {
                Refuse(ProtobufFault.Malformed("a varint that is not in its shortest form"));
            }
            else if (state == State.Tag)
            {
                Tag(value);
            }
            else if (state == State.Length)
            {
                Length(value);
            }
            else
            {
                Value(value);
                EndField();
            }
        }

        if (refusal is null && open.TryPeek(out var frame) && at >= frame.End && (!varint.IsEmpty || state is State.Varint or State.Length))
        {
            Refuse(ProtobufFault.Malformed("a field that runs beyond its message"));
        }

        return 1;
    }

    private void Tag(ulong tag)
    {
        var frame = open.Peek();
        if (frame.Schema.Find(tag >> 3) is not { } found)
        {
            Refuse(ProtobufFault.Malformed($"field {Findings.Number(tag >> 3)}, which {frame.Schema.Name} does not have"));
            return;
        }

        field = found;
        var wire = (int)(tag & 7);
        var own = !field.IsScalar ? 2 : field.FixedBytes switch { sizeof(float) => 5, sizeof(double) => 1, _ => 0 };
        isPacked = wire == 2 && field.IsScalar && field.IsRepeated;
        if (wire != own && !isPacked)
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} in wire type {wire}"));
            return;
        }

        var again = (frame.Seen & field.Bit) != 0 && (!field.IsRepeated || isPacked || (frame.Packed & field.Bit) != 0);
        if (again || ((field.Bit & frame.Schema.OneOf) != 0 && (frame.Seen & frame.Schema.OneOf) != 0))
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} a second time, or beside another of which only one may be"));
            return;
        }

        frame.Seen |= field.Bit;
        frame.Packed |= isPacked ? field.Bit : 0;
        range = ProtobufRange.None;
        state = wire switch { 0 => State.Varint, 2 => State.Length, _ => State.Held };
        if (state == State.Held)
        {
            Ends((ulong)field.FixedBytes);
        }
    }

    /// <summary>Where the value ends, which is within its message.</summary>
    private bool Ends(ulong length)
    {
        if (length > (ulong)(open.Peek().End - at))
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} runs beyond its message"));
            return false;
        }

        valueEnd = at + (long)length;
        return true;
    }

    private void Length(ulong length)
    {
        if (!Ends(length))
        {
            return;
        }

        if (field.Message is { } schema)
        {
            if (open.Count >= ProtobufLimits.Depth)
            {
                Refuse(ProtobufFault.TooMuch($"messages nested deeper than {ProtobufLimits.Depth}"));
                return;
            }

            if (Refuse(visitor.Begin(field)) is null)
            {
                open.Push(new ProtobufFrame(schema, field, fieldAt, valueEnd));
                EndField();
            }
        }
        else if (isPacked && field.FixedBytes > 0 && length % (ulong)field.FixedBytes != 0)
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} is no whole number of values"));
        }
        else if (isPacked && field.FixedBytes > 0 && !field.IsCounted)
        {
            throw new InvalidOperationException("Packed values of fixed width are only counted.");
        }
        else if (!field.IsScalar && !field.IsStreamed && length > (ulong)field.MaximumBytes)
        {
            Refuse(ProtobufFault.TooMuch($"{field.Path} is longer than {Findings.Number(field.MaximumBytes)} bytes"));
        }
        else
        {
            range = isPacked && field.FixedBytes > 0 ? new ProtobufRange((long)length / field.FixedBytes, 0, 0, 0) : range;
            state = field.IsStreamed || (isPacked && field.FixedBytes > 0) ? State.Streamed : isPacked ? State.PackedVarints : State.Held;
            if (length == 0)
            {
                Whole([]);
            }
        }
    }

    private int Hold(ReadOnlySpan<byte> block)
    {
        var taken = (int)Math.Min(valueEnd - at, block.Length);
        at += taken;
        if (at < valueEnd || kept.Length > 0)
        {
            kept.Append(block[..taken]);
        }

        if (at == valueEnd)
        {
            Whole(kept.Length > 0 ? kept.Span : block[..taken]);
            kept.Clear();
        }

        return taken;
    }

    private int Stream(ReadOnlySpan<byte> block)
    {
        var taken = (int)Math.Min(valueEnd - at, block.Length);
        at += taken;
        if (field.IsStreamed)
        {
            Refuse(visitor.Part(field, block[..taken]));
        }
        else
        {
            visitor.Stored(field, block[..taken]);
        }

        if (at == valueEnd)
        {
            Refuse(isPacked ? visitor.Counted(field, range) : null);
            EndField();
        }

        return taken;
    }

    private int Packed(ReadOnlySpan<byte> block)
    {
        var taken = (int)Math.Min(valueEnd - at, block.Length);
        for (var i = 0; i < taken && refusal is null; i++)
        {
            if (varint.Take(block[i], out var value, out var isCanonical))
            {
                Refuse(isCanonical ? null : ProtobufFault.Malformed("a varint that is not in its shortest form"));
                Value(value);
            }
        }

        at += taken;
        if (field.IsCounted)
        {
            visitor.Stored(field, block[..taken]);
        }

        if (at == valueEnd)
        {
            Refuse(varint.IsEmpty ? null : ProtobufFault.Malformed($"{field.Path} ends within a value"));
            Whole([]);
        }

        return taken;
    }

    /// <summary>A value that was held is complete, or the last of packed ones.</summary>
    private void Whole(ReadOnlySpan<byte> value)
    {
        if (isPacked)
        {
            Refuse(field.IsCounted ? visitor.Counted(field, range) : null);
        }
        else if (field.IsScalar)
        {
            Value(field.FixedBytes == sizeof(float) ? BinaryPrimitives.ReadUInt32LittleEndian(value) : BinaryPrimitives.ReadUInt64LittleEndian(value));
        }
        else if (field.Kind == ProtobufKind.String && (!Utf8.IsValid(value) || value.Contains((byte)0)))
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} is not UTF-8, or holds a NUL"));
        }
        else
        {
            Refuse(field.IsStreamed ? visitor.Part(field, value) : visitor.Text(field, value));
        }

        EndField();
    }

    private void Value(ulong value)
    {
        var signed = unchecked((long)value);
        var fits = field.Kind switch
        {
            ProtobufKind.Int32 => signed is >= int.MinValue and <= int.MaxValue,
            ProtobufKind.Bool => value <= 1,
            _ => true,
        };
        if (!fits)
        {
            Refuse(ProtobufFault.Malformed($"{field.Path} is out of its range"));
        }
        else if (!field.IsCounted)
        {
            Refuse(visitor.Number(field, value));
        }
        else
        {
            range = range.With(field.Kind == ProtobufKind.UInt64 ? (long)Math.Min(value, long.MaxValue) : signed);
            if (!isPacked)
            {
                Span<byte> stored = stackalloc byte[sizeof(ulong)];
                BinaryPrimitives.WriteUInt64LittleEndian(stored, value);
                visitor.Stored(field, stored);
                Refuse(visitor.Counted(field, range));
            }
        }
    }

    private void EndField()
    {
        state = State.Tag;
        Close();
    }

    /// <summary>Ends the messages that end here. The outermost ends with the content.</summary>
    private void Close()
    {
        while (refusal is null && open.TryPeek(out var frame) && at == frame.End)
        {
            fieldAt = frame.At;
            if ((frame.Seen & frame.Schema.Required) is var had && had != frame.Schema.Required)
            {
                var missing = frame.Schema.Find((ulong)System.Numerics.BitOperations.TrailingZeroCount(frame.Schema.Required & ~had));
                Refuse(ProtobufFault.Malformed($"{missing!.Path} is missing"));
                return;
            }

            Refuse(visitor.End(frame.Field));
            open.Pop();
        }
    }

    private Finding? Refuse(ProtobufFault? fault) =>
        refusal ??= fault is null ? null : Findings.Refuse(fault.Code, fieldAt, fault.Message);
}
