using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>The header of a GGUF file: magic, version, two counts, key-value pairs, tensors (ggml docs/gguf.md, <c>gguf_header_t</c>).</summary>
internal sealed class GgufHeader : GgufPieces
{
    /// <summary>Magic, version, count of tensors, count of pairs.</summary>
    private const int CountsBytes = 24;

    private const uint Version = 3;

    private readonly Utf8Scan text = new();
    private readonly GgufValue value;
    private Part part;
    private ulong pairsLeft;
    private ulong tensorsLeft;

    public GgufHeader(long fileBytes)
        : base(fileBytes)
    {
        Metadata = new(text);
        Tensors = new(fileBytes, text);
        value = new(fileBytes, Metadata);
    }

    private enum Part
    {
        Counts,
        Key,
        Value,
        Tensor,
        Complete,
    }

    public GgufMetadata Metadata { get; }

    public GgufTensors Tensors { get; }

    /// <summary>Findings that warn; complete with the header.</summary>
    public IEnumerable<Finding> Warnings => Metadata.ChatTemplates.Concat(text.Warnings);

    /// <summary>True behind the last tensor's entry.</summary>
    public bool IsComplete => part == Part.Complete;

    public override int Take(ReadOnlySpan<byte> bytes, long at)
    {
        if (part is Part.Key or Part.Value && at > GgufLimits.MetadataBytes)
        {
            return Refuse(RefusalCode.LimitExceeded, at, $"metadata of more than {Findings.Number(GgufLimits.MetadataBytes)} bytes");
        }

        return part switch
        {
            Part.Counts => Counts(bytes),
            Part.Key => Key(bytes, at),
            Part.Value => Value(bytes, at),
            Part.Tensor => Tensor(bytes, at),
            _ => throw new InvalidOperationException("A GGUF header that is complete."),
        };
    }

    private int Counts(ReadOnlySpan<byte> bytes)
    {
        if (!HasRoom(0, CountsBytes) || bytes.Length < CountsBytes)
        {
            return 0;
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (version != Version)
        {
            var what = (version & 0xFFFF) == 0 ? "big-endian GGUF; write it little-endian" : $"GGUF version {version}; write version {Version}";
            return Refuse(RefusalCode.FormatUnknown, 4, what);
        }

        tensorsLeft = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        pairsLeft = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (tensorsLeft > GgufLimits.Tensors)
        {
            return Refuse(RefusalCode.LimitExceeded, 8, $"more than {Findings.Number(GgufLimits.Tensors)} tensors");
        }

        if (pairsLeft > GgufLimits.Keys)
        {
            return Refuse(RefusalCode.LimitExceeded, 16, $"more than {Findings.Number(GgufLimits.Keys)} metadata keys");
        }

        BeginPair(CountsBytes);
        return CountsBytes;
    }

    private int Key(ReadOnlySpan<byte> bytes, long at)
    {
        if (!TryString(bytes, at, GgufLimits.KeyBytes, "a metadata key", out var key))
        {
            return 0;
        }

        var rest = bytes[(sizeof(ulong) + key.Length)..];
        if (rest.Length < sizeof(uint))
        {
            return 0;
        }

        var number = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (number >= GgufValueTypes.Count)
        {
            return Refuse(RefusalCode.FormatMalformed, at, $"the metadata key {Findings.Quote(key)} has a value of type {number}, which the format does not have");
        }

        var type = (GgufValueType)number;
        value.Begin(type);
        part = Part.Value;
        Refusal ??= Metadata.Begin(key, type, at + sizeof(ulong));
        return sizeof(ulong) + key.Length + sizeof(uint);
    }

    private int Value(ReadOnlySpan<byte> bytes, long at)
    {
        var taken = value.Take(bytes, at);
        Refusal ??= value.Refusal;
        if (value.IsComplete)
        {
            pairsLeft--;
            BeginPair(at + taken);
        }

        return taken;
    }

    private int Tensor(ReadOnlySpan<byte> bytes, long at)
    {
        if (!TryString(bytes, at, GgufLimits.TensorNameBytes, "a tensor name", out var name))
        {
            return 0;
        }

        var rest = bytes[(sizeof(ulong) + name.Length)..];
        if (rest.Length < sizeof(uint))
        {
            return 0;
        }

        var dimensions = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (dimensions is 0 or > GgufLimits.Dimensions)
        {
            return Refuse(
                RefusalCode.FormatMalformed, at, $"tensor {Findings.Quote(name)} has {dimensions} dimensions; the format has 1 to {GgufLimits.Dimensions}");
        }

        var shape = (int)dimensions * sizeof(ulong);
        if (rest.Length < sizeof(uint) + shape + sizeof(uint) + sizeof(ulong))
        {
            return 0;
        }

        var behind = rest[(sizeof(uint) + shape)..];
        Refusal ??= Tensors.Add(
            name,
            rest.Slice(sizeof(uint), shape),
            BinaryPrimitives.ReadUInt32LittleEndian(behind),
            BinaryPrimitives.ReadUInt64LittleEndian(behind[sizeof(uint)..]),
            Metadata.Alignment,
            at + sizeof(ulong));
        part = --tensorsLeft == 0 ? Part.Complete : Part.Tensor;
        return sizeof(ulong) + name.Length + sizeof(uint) + shape + sizeof(uint) + sizeof(ulong);
    }

    /// <summary>The next pair, or behind the last one the tensors.</summary>
    private void BeginPair(long at)
    {
        part = pairsLeft > 0 ? Part.Key : tensorsLeft > 0 ? Part.Tensor : Part.Complete;
        if (pairsLeft == 0)
        {
            Refusal ??= Metadata.Complete(at);
        }
    }
}
