using System.Buffers.Binary;
using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>A metadata value while it is read: a number, a string, or an array of either.</summary>
/// <param name="fileBytes">Size of the file.</param>
/// <param name="metadata">Takes what decides how the file is read.</param>
internal sealed class GgufValue(long fileBytes, GgufMetadata metadata) : GgufPieces(fileBytes)
{
    private Part part;
    private GgufValueType type;

    /// <summary>Bytes or strings that are left.</summary>
    private ulong left;

    private enum Part
    {
        Number,
        TextLength,
        Text,
        ArrayLength,
        Numbers,
        Strings,
        Complete,
    }

    /// <summary>True behind its last byte.</summary>
    public bool IsComplete => part == Part.Complete;

    /// <summary>A value of a type comes.</summary>
    public void Begin(GgufValueType next)
    {
        type = next;
        part = next switch { GgufValueType.String => Part.TextLength, GgufValueType.Array => Part.ArrayLength, _ => Part.Number };
    }

    public override int Take(ReadOnlySpan<byte> bytes, long at) => part switch
    {
        Part.Number => Number(bytes, at),
        Part.TextLength => TextLength(bytes, at),
        Part.Text => Text(bytes, at),
        Part.ArrayLength => ArrayLength(bytes, at),
        Part.Numbers => Numbers(bytes, at),
        Part.Strings => String(bytes, at),
        _ => throw new InvalidOperationException("A GGUF value that is complete."),
    };

    private int Number(ReadOnlySpan<byte> bytes, long at)
    {
        var size = type.Bytes();
        if (bytes.Length < size)
        {
            return 0;
        }

        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        bits.Clear();
        bytes[..size].CopyTo(bits);
        if (!AreBooleans(bytes[..size], at))
        {
            return 0;
        }

        Refusal ??= metadata.Number(BinaryPrimitives.ReadUInt64LittleEndian(bits));
        return End(size);
    }

    private int TextLength(ReadOnlySpan<byte> bytes, long at)
    {
        if (bytes.Length < sizeof(ulong))
        {
            return 0;
        }

        left = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (left > GgufLimits.StringBytes)
        {
            return Refuse(RefusalCode.LimitExceeded, at, $"a string of more than {Findings.Number(GgufLimits.StringBytes)} bytes");
        }

        if (!HasRoom(at + sizeof(ulong), left))
        {
            return 0;
        }

        part = Part.Text;
        return left == 0 ? EndText(sizeof(ulong), at) : sizeof(ulong);
    }

    private int Text(ReadOnlySpan<byte> bytes, long at)
    {
        var taken = (int)Math.Min((ulong)bytes.Length, left);
        left -= (ulong)taken;
        Refusal ??= metadata.Text(bytes[..taken], at);
        return left == 0 ? EndText(taken, at) : taken;
    }

    private int EndText(int taken, long at)
    {
        Refusal ??= metadata.EndText(at + taken);
        return End(taken);
    }

    private int End(int taken)
    {
        part = Part.Complete;
        return taken;
    }

    private int ArrayLength(ReadOnlySpan<byte> bytes, long at)
    {
        if (bytes.Length < sizeof(uint) + sizeof(ulong))
        {
            return 0;
        }

        var number = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (number >= GgufValueTypes.Count || number == (uint)GgufValueType.Array)
        {
            return Refuse(
                RefusalCode.FormatMalformed, at, number < GgufValueTypes.Count ? "an array of arrays, which ggml does not read" : $"an array of type {number}, which the format does not have");
        }

        type = (GgufValueType)number;
        left = BinaryPrimitives.ReadUInt64LittleEndian(bytes[sizeof(uint)..]);
        var isText = type == GgufValueType.String;
        var size = (uint)(isText ? sizeof(ulong) : type.Bytes());
        if (left > GgufLimits.ArrayBytes / size)
        {
            return Refuse(RefusalCode.LimitExceeded, at, $"an array of more than {Findings.Number(GgufLimits.ArrayBytes)} bytes");
        }

        const int taken = sizeof(uint) + sizeof(ulong);
        if (!HasRoom(at + taken, left * size))
        {
            return 0;
        }

        left = isText ? left : left * size;
        part = isText ? Part.Strings : Part.Numbers;
        return left == 0 ? End(taken) : taken;
    }

    private int Numbers(ReadOnlySpan<byte> bytes, long at)
    {
        var taken = (int)Math.Min((ulong)bytes.Length, left);
        left -= (ulong)taken;
        return !AreBooleans(bytes[..taken], at) ? 0 : left == 0 ? End(taken) : taken;
    }

    /// <summary>
    /// A string of an array. Vocabularies hold tokens of control characters, so only what readers differ on is refused: bytes that are not
    /// UTF-8, and NUL, at which C ends a string.
    /// </summary>
    private int String(ReadOnlySpan<byte> bytes, long at)
    {
        if (!TryString(bytes, at, GgufLimits.ElementBytes, "a string in an array", out var value))
        {
            return 0;
        }

        if (!Utf8.IsValid(value) || value.Contains((byte)0))
        {
            return Refuse(RefusalCode.FormatMalformed, at + sizeof(ulong), "a string in an array that is not UTF-8, or holds NUL");
        }

        var taken = sizeof(ulong) + value.Length;
        return --left == 0 ? End(taken) : taken;
    }

    private bool AreBooleans(ReadOnlySpan<byte> values, long at)
    {
        if (type == GgufValueType.Bool && values.IndexOfAnyExceptInRange<byte>(0, 1) is >= 0 and var other)
        {
            Refuse(RefusalCode.FormatMalformed, at + other, "a boolean that is neither 0 nor 1");
            return false;
        }

        return true;
    }
}
