using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>Operator sets that a model or function imports, and domains that its nodes use; each domain used is imported, and once.</summary>
internal sealed class OnnxImports
{
    private readonly SortedDictionary<string, ulong> imported = new(StringComparer.Ordinal);
    private readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>By domain, with their versions.</summary>
    public IReadOnlyDictionary<string, ulong> Imported => imported;

    public ProtobufFault? Import(string domain, ulong version) =>
        version is 0 or > int.MaxValue ? ProtobufFault.Malformed($"version {Findings.Number(version)} of an operator set")
        : !imported.TryAdd(OnnxOperators.Domain(domain), version) ? ProtobufFault.Malformed($"the operator set {Findings.Quote(domain)} twice")
        : imported.Count > OnnxLimits.Domains ? ProtobufFault.TooMuch($"more than {OnnxLimits.Domains} operator sets")
        : null;

    public ProtobufFault? Use(string domain)
    {
        used.Add(OnnxOperators.Domain(domain));
        return used.Count > OnnxLimits.Domains ? ProtobufFault.TooMuch($"nodes of more than {OnnxLimits.Domains} domains") : null;
    }

    public ProtobufFault? Complete()
    {
        var missing = used.Except(imported.Keys).Order(StringComparer.Ordinal).FirstOrDefault();
        return missing is null ? null : ProtobufFault.Malformed($"nodes of the domain {Findings.Quote(missing)}, which is not imported");
    }
}
