using System.Buffers.Text;
using System.Numerics;
using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// The header of an npy file: a Python dictionary with exactly the keys <c>descr</c>, <c>fortran_order</c> and <c>shape</c>, padded with
/// spaces, ended by a line feed (numpy/doc, NEP 1, numpy/lib/format.py). Only the literals that NumPy writes are read.
/// </summary>
internal ref struct NpyHeader
{
    private ReadOnlySpan<byte> rest;
    private Finding? refusal;
    private readonly long offset;
    private readonly int length;

    private NpyHeader(ReadOnlySpan<byte> header, long offset)
    {
        rest = header;
        length = header.Length;
        this.offset = offset;
    }

    /// <summary>Reads a header that begins at an offset of the file.</summary>
    public static Finding? Read(ReadOnlySpan<byte> header, long offset, out NpyArray array)
    {
        var reader = new NpyHeader(header, offset);
        array = reader.Dictionary();
        return reader.refusal;
    }

    private NpyArray Dictionary()
    {
        var dtype = default(NpyType?);
        var shape = default(string);
        var elements = BigInteger.One;
        var order = false;
        Expect('{');
        while (refusal is null && !Take('}'))
        {
            var key = String();
            Expect(':');
            switch (refusal is null ? key : "")
            {
                case "descr" when dtype is null:
                    dtype = Type();
                    break;
                case "fortran_order" when !order:
                    order = true;
                    Boolean();
                    break;
                case "shape" when shape is null:
                    shape = Shape(out elements);
                    break;
                default:
                    Malformed($"the key {Findings.Quote(key)}");
                    break;
            }

            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }

        if (refusal is null && (rest.IsEmpty || rest[^1] != '\n' || rest[..^1].ContainsAnyExcept((byte)' ')))
        {
            Malformed("the header does not end with spaces and a line feed");
        }

        if (refusal is null && (dtype is null || shape is null || !order))
        {
            Malformed("a key is missing");
        }

        return new NpyArray(dtype?.Name ?? "", shape ?? "", elements * (dtype?.Bytes ?? 0), dtype?.Floats);
    }

    private NpyType? Type()
    {
        SkipSpaces();
        if (rest is [(byte)'[' or (byte)'(', ..])
        {
            Refuse(RefusalCode.FormatUnknown, "a structured array");
            return null;
        }

        var name = String();
        if (refusal is not null)
        {
            return null;
        }

        if (name is [_, 'O', ..] or ['O', ..])
        {
            Refuse(RefusalCode.PickleRefused, "an array of Python objects, which is a pickle");
            return null;
        }

        if (NpyType.Parse(name) is { } type)
        {
            return type;
        }

        Refuse(RefusalCode.FormatUnknown, $"arrays of type {Findings.Quote(name)}; write little-endian booleans, numbers or strings");
        return null;
    }

    private string Shape(out BigInteger elements)
    {
        elements = BigInteger.One;
        var dimensions = new List<string>();
        Expect('(');
        while (refusal is null && !Take(')'))
        {
            if (!Utf8Parser.TryParse(rest, out long dimension, out var consumed) || dimension < 0 || rest[0] is (byte)'+' or (byte)'-'
                || (rest[0] == '0' && consumed > 1))
            {
                Malformed("a dimension that is not a whole number below 2^63");
                break;
            }

            rest = rest[consumed..];
            elements *= dimension;
            dimensions.Add(Findings.Number(dimension).Replace(",", "", StringComparison.Ordinal));
            if (dimensions.Count > InspectionLimits.Dimensions)
            {
                Refuse(RefusalCode.LimitExceeded, $"more than {InspectionLimits.Dimensions} dimensions");
            }

            // Python needs the comma in (3,): without it (3) is a number.
            if (!Take(',') && (dimensions.Count == 1 || !Peek(')')))
            {
                Malformed("a shape that is not a tuple");
            }
        }

        return $"({string.Join(", ", dimensions)})";
    }

    private void Boolean()
    {
        SkipSpaces();
        var word = rest.StartsWith("True"u8) ? 4 : rest.StartsWith("False"u8) ? 5 : 0;
        if (word == 0)
        {
            Malformed("fortran_order is neither True nor False");
        }

        rest = rest[word..];
    }

    /// <summary>A string of printable ASCII without escapes.</summary>
    private string String()
    {
        SkipSpaces();
        if (rest is not [(byte)'\'' or (byte)'"', ..])
        {
            Malformed("no string where one belongs");
            return "";
        }

        var end = rest[1..].IndexOf(rest[0]);
        var text = end < 0 ? default : rest.Slice(1, end);
        if (end < 0 || text.Contains((byte)'\\') || text.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            Malformed("a string that NumPy does not write");
            return "";
        }

        rest = rest[(end + 2)..];
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private void Expect(char c)
    {
        if (!Take(c))
        {
            Malformed($"no '{c}' where one belongs");
        }
    }

    private bool Take(char c)
    {
        var there = Peek(c);
        rest = there ? rest[1..] : rest;
        SkipSpaces();
        return there;
    }

    private bool Peek(char c)
    {
        SkipSpaces();
        return !rest.IsEmpty && rest[0] == c;
    }

    private void SkipSpaces() => rest = rest.TrimStart((byte)' ');

    private void Malformed(string message) => Refuse(RefusalCode.FormatMalformed, message);

    private void Refuse(RefusalCode code, string message) =>
        refusal ??= Findings.Refuse(code, offset + length - rest.Length, $"npy header: {message}");
}

/// <summary>What an npy header says.</summary>
/// <param name="Type">As written, e.g. <c>&lt;f4</c>.</param>
/// <param name="Shape">As Python writes it.</param>
/// <param name="DataBytes">Bytes of all elements; unbounded, so that no product overflows.</param>
/// <param name="Floats">How its numbers show that they are not finite; null where all are.</param>
internal readonly record struct NpyArray(string Type, string Shape, BigInteger DataBytes, FloatLayout? Floats);
