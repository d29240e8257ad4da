using System.Buffers.Binary;
using System.Text;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>
/// The tensors that a GGUF header lists. Each begins where the padding of the one before ends, as <c>gguf_init_from_reader</c> of ggml demands
/// and every writer of llama.cpp and gguf-py places them.
/// </summary>
/// <param name="fileBytes">Size of the file, which no tensor exceeds.</param>
/// <param name="text">Scans names, with all other text of the file.</param>
internal sealed class GgufTensors(long fileBytes, Utf8Scan text)
{
    private readonly NameSet names = new();
    private readonly List<UInt128> tags = [];
    private readonly List<TensorRange> ranges = [];
    private readonly SortedDictionary<string, long> types = new(StringComparer.Ordinal);

    /// <summary>Each, in the order of the header, which is that of their bytes.</summary>
    public IReadOnlyList<TensorRange> Ranges => ranges;

    /// <summary>A <see cref="TensorTag"/> for each.</summary>
    public UInt128[] Tags => [.. tags];

    /// <summary>Tensors of each type.</summary>
    public IEnumerable<KeyValuePair<string, long>> Types => types;

    /// <summary>Elements of all tensors.</summary>
    public UInt128 Parameters { get; private set; }

    /// <summary>Bytes from the beginning of the first tensor to the end of the last one's padding.</summary>
    public long Bytes { get; private set; }

    /// <summary>The next entry.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimensions">Eight bytes for each dimension.</param>
    /// <param name="number">Number of its type.</param>
    /// <param name="offset">Where it begins, from the beginning of the first.</param>
    /// <param name="alignment">What beginnings are a multiple of.</param>
    /// <param name="at">Offset of the name in the file.</param>
    public Finding? Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> dimensions, uint number, ulong offset, int alignment, long at)
    {
        if (Name(name, at) is { } fault)
        {
            return fault;
        }

        if (!GgufType.TryFind(number, out var type))
        {
            return Malformed(name, at, number == GgufType.ReadDifferently ? "type Q8_1, whose size readers do not agree on" : $"type {number}, which ggml does not have");
        }

        var elements = UInt128.One;
        var shape = new long[dimensions.Length / sizeof(ulong)];
        for (var i = 0; i < shape.Length; i++)
        {
            var dimension = BinaryPrimitives.ReadUInt64LittleEndian(dimensions[(i * sizeof(ulong))..]);
            shape[i] = unchecked((long)dimension);
            elements *= dimension;
            if (elements == 0 || elements > long.MaxValue)
            {
                return Malformed(name, at, "a shape of no elements, or of 2^63 or more");
            }
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(dimensions) % (ulong)type.BlockElements != 0)
        {
            return Malformed(name, at, $"rows that are no whole number of {type.Name} blocks of {type.BlockElements}");
        }

        if (offset != (ulong)Bytes)
        {
            return Malformed(name, at, offset > (ulong)Bytes ? "bytes before it that belong to no tensor" : "bytes of the tensor before it, or stands out of order");
        }

        // Elements stay below 2^63 and blocks below 2^9 bytes, so the product fits in 128 bits.
        var bytes = elements / (uint)type.BlockElements * (uint)type.BlockBytes;
        if (bytes > (UInt128)(fileBytes - Math.Min(Bytes, fileBytes)))
        {
            return Malformed(name, at, "more bytes than the file");
        }

        tags.Add(TensorTag.Of(name));
        types[type.Name] = types.GetValueOrDefault(type.Name) + 1;
        Parameters += elements;
        var end = Bytes + (long)bytes;
        ranges.Add(new TensorRange(Bytes, end, type.Floats, Encoding.UTF8.GetString(name), type.Name, shape));
        Bytes = GgufPadding.Align(end, alignment);
        return null;
    }

    private Finding? Name(ReadOnlySpan<byte> name, long at)
    {
        // ggml ends a name at its first NUL; others go into file names, log lines and cells of tables.
        if (name.IsEmpty || name.ContainsAnyInRange<byte>(0, 0x1F) || name.Contains((byte)0x7F))
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, at, $"the tensor name {Findings.Quote(name)} is empty or has control characters");
        }

        return text.Append(name, at) ?? text.Complete(at + name.Length)
            ?? (names.Add(TensorTag.Of(name)) ? null : Findings.Refuse(RefusalCode.FormatMalformed, at, $"the tensor {Findings.Quote(name)} twice"));
    }

    private static Finding Malformed(ReadOnlySpan<byte> name, long at, string what) =>
        Findings.Refuse(RefusalCode.FormatMalformed, at, $"tensor {Findings.Quote(name)} has {what}");
}
