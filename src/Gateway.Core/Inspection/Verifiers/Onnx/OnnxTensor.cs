using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Unicode;
using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>A TensorProto that is being read: its data is in one field, of its type, and exactly as long as its shape says.</summary>
/// <param name="hash">Hashes its data; empty when it begins.</param>
internal sealed class OnnxTensor(IncrementalHash hash)
{
    private readonly List<ulong> dims = [];
    private UInt128 textBytes;
    private ulong dataType;
    private string? dataField;
    private UInt128 rawBytes;
    private byte lastRaw;
    private bool rawIsBool = true;
    private ProtobufRange values = ProtobufRange.None;

    public OnnxType? Type => OnnxType.Find(dataType);

    /// <summary>Elements by its shape; complete at its end.</summary>
    public UInt128 Elements { get; private set; } = 1;

    public IReadOnlyList<ulong> Dims => dims;

    public string Name { get; set; } = "";

    public ProtobufFault? Dim(ulong dim)
    {
        dims.Add(dim);
        return dim > long.MaxValue ? ProtobufFault.Malformed("a tensor with a negative dimension")
            : dims.Count > InspectionLimits.Dimensions ? ProtobufFault.TooMuch($"a tensor of more than {InspectionLimits.Dimensions} dimensions")
            : null;
    }

    public ProtobufFault? DataType(ulong value)
    {
        dataType = value;
        return Type is null ? ProtobufFault.Malformed("a tensor of a type that ONNX does not have") : null;
    }

    public ProtobufFault? Raw(ReadOnlySpan<byte> part)
    {
        rawBytes += (UInt128)part.Length;
        hash.AppendData(part);
        lastRaw = part.IsEmpty ? lastRaw : part[^1];
        rawIsBool = rawIsBool && !part.ContainsAnyExceptInRange<byte>(0, 1);
        return In("TensorProto.raw_data");
    }

    /// <summary>Data in a typed field, as it is stored.</summary>
    public void Stored(ReadOnlySpan<byte> part) => hash.AppendData(part);

    public ProtobufFault? Values(string path, in ProtobufRange more)
    {
        values = values.With(more);
        return In(path);
    }

    public ProtobufFault? Text(ReadOnlySpan<byte> text)
    {
        values = values.With(0);
        textBytes += (UInt128)text.Length;

        // With its length, or two strings could change places with one that is both.
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        hash.AppendData(length);
        hash.AppendData(text);
        return Utf8.IsValid(text) ? In("TensorProto.string_data") : ProtobufFault.Malformed("a string in a tensor that is not UTF-8");
    }

    public ProtobufFault? Complete()
    {
        if (dims.Contains(0))
        {
            Elements = 0;
        }

        foreach (var dim in dims)
        {
            // Two factors of 63 bits fit into 128; a product of more elements than a file has bits is wrong anyway.
            Elements = Elements > ulong.MaxValue ? Elements : Elements * dim;
        }

        if (Elements > long.MaxValue)
        {
            return ProtobufFault.Malformed("a tensor of more elements than can be counted");
        }

        var type = Type!;
        var isRaw = dataField == "TensorProto.raw_data";
        if (dataField is not null && dataField != type.Field && (!isRaw || type.Bits == 0))
        {
            return ProtobufFault.Malformed($"a tensor of {type.Name} in {dataField}");
        }

        var (held, needed) = isRaw ? (rawBytes, type.RawBytes(Elements)) : ((UInt128)values.Count, type.Values(Elements));
        if (held != needed)
        {
            return ProtobufFault.Malformed(
                $"a tensor whose shape needs {Findings.Number(needed)} {(isRaw ? "bytes" : "values")}; it holds {Findings.Number(held)}");
        }

        if (Elements > 0 && isRaw ? type.Name == "BOOL" && !rawIsBool : values.Count > 0 && (values.Least < type.Least || values.Greatest > type.Greatest))
        {
            return ProtobufFault.Malformed($"a tensor with values beyond the range of {type.Name}");
        }

        return HasPadding(type, isRaw ? lastRaw : values.Last)
            ? ProtobufFault.Malformed("a tensor whose last byte is padded with something else than zero")
            : null;
    }

    /// <summary>The row of a tensor that is complete: bytes as raw_data has or would have them, the digest of the field that holds them.</summary>
    public TensorRow ToRow()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(digest);
        var bytes = Type!.Bits == 0 ? textBytes : Type.RawBytes(Elements);
        return new TensorRow(Name, Type.Name, [.. dims.Select(d => (long)d)], (long)bytes, Digest.FromHash(digest));
    }

    /// <summary>Elements of less than a byte may leave part of the last byte over.</summary>
    private bool HasPadding(OnnxType type, long last)
    {
        var over = (int)(Elements * (UInt128)type.Bits % 8);
        return type.Bits is > 0 and < 8 && over > 0 && last >> over != 0;
    }

    private ProtobufFault? In(string path)
    {
        var before = dataField;
        dataField ??= path;
        return before is null || before == path ? null : ProtobufFault.Malformed("a tensor with data in more than one field");
    }
}
