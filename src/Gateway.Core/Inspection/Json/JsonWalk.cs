using System.Buffers;
using System.IO.Hashing;
using System.Text.Json;
using Gateway.Core.Inspection.Scanning;

namespace Gateway.Core.Inspection.Json;

/// <summary>
/// The rules beyond RFC 8259's grammar, on which parsers differ: no name twice in an object (compared unescaped), no half of a
/// surrogate pair, no number beyond a double, bounded depth, names and digits. The grammar itself is <see cref="Utf8JsonReader"/>'s.
/// </summary>
/// <param name="visitor">Looks at tokens, where something does.</param>
/// <param name="scan">Reads every name and string, unescaped.</param>
internal sealed class JsonWalk(JsonVisitor? visitor, TextScan scan) : IDisposable
{
    /// <summary>Grammar without comments or trailing commas. One level above the limit, so that the limit is answered as one.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = InspectionLimits.JsonDepth + 1 };

    /// <summary>A number of fewer bytes without exponent is finite as a double.</summary>
    private const int SurelyFiniteBytes = 300;

    private readonly NameSet?[] names = new NameSet?[InspectionLimits.JsonDepth + 1];
    private byte[] scratch = [];
    private int openNames;

    /// <summary>Names and strings that begin before this offset in the file are not scanned: they were, by who read them first.</summary>
    public long ScannedTo { get; set; }

    /// <summary>The next value is of a name that says it is secret.</summary>
    private bool isSecret;

    /// <summary>Checks the token that the reader stands on.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="offset">Where the text that it reads begins in the file.</param>
    public JsonFault? Token(ref Utf8JsonReader reader, long offset)
    {
        var depth = reader.CurrentDepth;
        var isValueSecret = isSecret;
        isSecret = false;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return depth >= InspectionLimits.JsonDepth
                    ? JsonFault.TooMuch($"nested deeper than {InspectionLimits.JsonDepth}")
                    : visitor?.Begin(depth, reader.TokenType == JsonTokenType.StartObject);
            case JsonTokenType.EndObject:
                Forget(names[depth + 1]);
                return visitor?.End(depth, isObject: true);
            case JsonTokenType.EndArray:
                return visitor?.End(depth, isObject: false);
            case JsonTokenType.PropertyName:
                return Name(ref reader, depth, offset);
            case JsonTokenType.String:
                return String(ref reader, depth, offset, isValueSecret);
            case JsonTokenType.Number:
                return Number(ref reader) ?? visitor?.Number(depth, ref reader);
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                return visitor?.Literal(depth, reader.TokenType == JsonTokenType.True);
            default:
                return null;
        }
    }

    /// <summary>True where so many names in open objects would not be too many.</summary>
    public bool HasRoomFor(int count) => openNames + count < InspectionLimits.JsonOpenNames;

    /// <summary>A name, unescaped, of a member of which no token is shown; false where its object has it, or there is no room. It is then not added.</summary>
    public bool AddName(int depth, ReadOnlySpan<byte> name)
    {
        if (!HasRoomFor(1) || !(names[depth] ??= new NameSet()).Add(XxHash128.HashToUInt128(name)))
        {
            return false;
        }

        openNames++;
        return true;
    }

    public void Dispose()
    {
        if (scratch.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(scratch);
            scratch = [];
        }
    }

    private static JsonFault HalfSurrogate => JsonFault.Malformed("a string holds half of a surrogate pair");

    private JsonFault? Name(ref Utf8JsonReader reader, int depth, long offset)
    {
        if (!TryUnescape(ref reader, out var name))
        {
            return HalfSurrogate;
        }

        Scan(ref reader, name, offset);
        isSecret = AssignedKeys.IsName(name);

        if (!(names[depth] ??= new NameSet()).Add(XxHash128.HashToUInt128(name)))
        {
            return JsonFault.Malformed($"the name {Findings.Quote(name)} twice in one object");
        }

        return ++openNames > InspectionLimits.JsonOpenNames
            ? JsonFault.TooMuch($"more than {Findings.Number(InspectionLimits.JsonOpenNames)} names in open objects")
            : visitor?.Name(depth, name);
    }

    private JsonFault? String(ref Utf8JsonReader reader, int depth, long offset, bool isValueSecret)
    {
        if (!TryUnescape(ref reader, out var text))
        {
            return HalfSurrogate;
        }

        Scan(ref reader, text, offset);
        if (isValueSecret && offset + reader.TokenStartIndex >= ScannedTo)
        {
            scan.Secret(text, offset + reader.TokenStartIndex);
        }

        return visitor?.String(depth, text);
    }

    private void Scan(scoped ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> text, long offset)
    {
        if (offset + reader.TokenStartIndex < ScannedTo)
        {
            return;
        }

        if (reader.ValueIsEscaped)
        {
            scan.Unescaped(text, offset + reader.TokenStartIndex);
        }
        else
        {
            // Behind the quotation mark.
            scan.Whole(text, offset + reader.TokenStartIndex + 1);
        }
    }

    private void Forget(NameSet? set)
    {
        if (set is not null)
        {
            openNames -= set.Count;
            set.Clear();
        }
    }

    private static JsonFault? Number(ref Utf8JsonReader reader)
    {
        var digits = reader.ValueSpan;
        if (digits.Length > InspectionLimits.JsonNumberBytes)
        {
            return JsonFault.TooMuch($"a number of more than {Findings.Number(InspectionLimits.JsonNumberBytes)} digits");
        }

        if (digits.Length < SurelyFiniteBytes && !digits.ContainsAny((byte)'e', (byte)'E'))
        {
            return null;
        }

        return reader.TryGetDouble(out var value) && double.IsFinite(value) ? null : JsonFault.Malformed("a number beyond a 64-bit float");
    }

    private bool TryUnescape(ref Utf8JsonReader reader, out ReadOnlySpan<byte> text)
    {
        text = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return true;
        }

        if (scratch.Length < text.Length)
        {
            Dispose();
            scratch = ArrayPool<byte>.Shared.Rent(text.Length);
        }

        try
        {
            text = scratch.AsSpan(0, reader.CopyString(scratch));
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader's way to say that an escaped surrogate has no partner.
            return false;
        }
    }
}
