namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>What approvers are told of a model.</summary>
internal sealed class OnnxSummary
{
    private readonly SortedDictionary<string, int> types = new(StringComparer.Ordinal);
    private readonly List<string> inputs = [];
    private readonly List<string> outputs = [];
    private int inputCount;
    private int outputCount;

    public string Producer { get; set; } = "\"\"";

    public string ProducerVersion { get; set; } = "\"\"";

    public ulong IrVersion { get; set; }

    public int Nodes { get; set; }

    public int Tensors { get; set; }

    public int Initializers { get; set; }

    public UInt128 Parameters { get; set; }

    public void Count(OnnxType type) => types[type.Name] = types.GetValueOrDefault(type.Name) + 1;

    /// <summary>An input or output of the model's graph.</summary>
    public void Value(string path, ReadOnlySpan<byte> name)
    {
        if (path == "GraphProto.input")
        {
            inputCount++;
            Show(inputs, name);
        }
        else if (path == "GraphProto.output")
        {
            outputCount++;
            Show(outputs, name);
        }
    }

    public IReadOnlyList<SummaryEntry> Entries(IReadOnlyDictionary<string, ulong> operatorSets, int functions) =>
    [
        new("producer", $"{Producer} {ProducerVersion}"),
        new("ir version", Findings.Number(IrVersion)),
        new("operator sets", string.Join(", ", operatorSets.Take(OnnxLimits.Shown).Select(s => $"{Findings.Quote(s.Key)} {Findings.Number(s.Value)}"))),
        new("nodes", Findings.Number(Nodes)),
        new("functions", Findings.Number(functions)),
        new("initializers", Findings.Number(Initializers)),
        new("parameters", Findings.Number(Parameters)),
        new("dtypes", string.Join(", ", types.Select(t => $"{t.Key} x{Findings.Number(t.Value)}"))),
        new("inputs", Shown(inputs, inputCount)),
        new("outputs", Shown(outputs, outputCount)),
    ];

    private static void Show(List<string> shown, ReadOnlySpan<byte> name)
    {
        if (shown.Count < OnnxLimits.Shown)
        {
            shown.Add(Findings.Quote(name));
        }
    }

    private static string Shown(List<string> shown, int all) =>
        string.Join(", ", shown) + (all > shown.Count ? $" and {Findings.Number(all - shown.Count)} more" : "");
}
