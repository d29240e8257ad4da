using System.Text;
using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// The header of a safetensors file: tensor names to <c>{dtype, shape, data_offsets}</c>, and <c>__metadata__</c> from string to string
/// (huggingface/safetensors, README "Format" and <c>Metadata::validate</c>). Nothing else is let in, because every reader ignores it.
/// </summary>
internal sealed class SafetensorsHeader : JsonVisitor
{
    private readonly List<TensorRange> ranges = [];
    private readonly List<UInt128> tags = [];
    private readonly SortedDictionary<string, long> types = new(StringComparer.Ordinal);
    private readonly SafetensorsMetadata metadata = new();
    private TensorEntry? tensor;
    private bool inMetadata;

    /// <summary>Offsets of every tensor, in the order of the header.</summary>
    public IReadOnlyList<TensorRange> Ranges => ranges;

    /// <summary>A <see cref="TensorTag"/> for each.</summary>
    public UInt128[] Tags => [.. tags];

    /// <summary>Tensors of each element type.</summary>
    public IEnumerable<KeyValuePair<string, long>> Types => types;

    /// <summary>What approvers are told of the header, which readers accept.</summary>
    public IEnumerable<Finding> Seen
    {
        get
        {
            if (metadata.Seen() is { } strings)
            {
                yield return strings;
            }

            var unusual = types.Where(t => SafetensorsType.IsUnusual(t.Key)).ToList();
            if (unusual.Count > 0)
            {
                yield return Findings.Inform(
                    FindingCodes.UnusualType, null, $"dtypes that few readers know: {string.Join(", ", unusual.Select(t => $"{t.Key} x{Findings.Number(t.Value)}"))}");
            }
        }
    }

    /// <summary>Elements of all tensors.</summary>
    public UInt128 Parameters { get; private set; }

    public override JsonFault? Begin(int depth, bool isObject) => depth switch
    {
        0 => isObject ? null : JsonFault.Malformed("the header is not an object"),
        1 => isObject ? null : JsonFault.Malformed("an entry of the header is not an object"),
        2 when tensor is not null && !isObject => tensor.BeginArray(),
        _ => JsonFault.Malformed("a list or object where none belongs"),
    };

    public override JsonFault? Name(int depth, ReadOnlySpan<byte> name)
    {
        if (depth == 2)
        {
            if (inMetadata)
            {
                metadata.Name(name);
            }

            return tensor?.Member(name);
        }

        inMetadata = name.SequenceEqual("__metadata__"u8);
        if (inMetadata)
        {
            return null;
        }

        if (name.Length > InspectionLimits.TensorNameBytes || tags.Count >= InspectionLimits.SafetensorsTensors)
        {
            return JsonFault.TooMuch(name.Length > InspectionLimits.TensorNameBytes
                ? $"a tensor name of more than {InspectionLimits.TensorNameBytes} bytes"
                : $"more than {Findings.Number(InspectionLimits.SafetensorsTensors)} tensors");
        }

        // Names become file names, log lines and cells of tables in the tools that load them.
        if (name.ContainsAnyInRange<byte>(0, 0x1F) || name.Contains((byte)0x7F))
        {
            return JsonFault.Malformed($"the tensor name {Findings.Quote(name)} has control characters");
        }

        tags.Add(TensorTag.Of(name));
        tensor = new TensorEntry(Encoding.UTF8.GetString(name));
        return null;
    }

    public override JsonFault? End(int depth, bool isObject)
    {
        if (depth != 1 || tensor is null)
        {
            return depth == 2 ? tensor?.EndArray() : null;
        }

        var fault = tensor.Complete(out var range, out var elements);
        if (fault is null)
        {
            ranges.Add(range);
            types[tensor.Type] = types.GetValueOrDefault(tensor.Type) + 1;
            Parameters += elements;
        }

        tensor = null;
        return fault;
    }

    public override JsonFault? String(int depth, ReadOnlySpan<byte> text) => (depth, tensor) switch
    {
        (2, null) when inMetadata => metadata.Text(text),
        (2, { } entry) => entry.Text(text),
        _ => JsonFault.Malformed("a string where none belongs"),
    };

    public override JsonFault? Number(int depth, ref Utf8JsonReader reader) =>
        depth == 3 && tensor is not null ? tensor.Number(ref reader) : JsonFault.Malformed("a number where none belongs");

    public override JsonFault? Literal(int depth, bool isTrue) => JsonFault.Malformed("true, false or null, where none belongs");
}
