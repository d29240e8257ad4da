using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>Which operators a model uses: of the standard, of its own functions, or of a library that a runtime has to load.</summary>
internal sealed class OnnxOperators
{
    /// <summary>Longest list of domains in evidence.</summary>
    private const int ShownDomains = 8;

    private readonly HashSet<(string Domain, string Operator, string Overload)> used = [];
    private readonly HashSet<(string Domain, string Operator, string Overload)> functions = [];

    public int Functions => functions.Count;

    /// <summary>The warning; complete at the end of the model.</summary>
    public IEnumerable<Finding> Warnings
    {
        get
        {
            var custom = used.Except(functions).GroupBy(o => o.Domain, StringComparer.Ordinal).OrderBy(d => d.Key, StringComparer.Ordinal).ToArray();
            if (custom.Length > 0)
            {
                var domains = custom.Take(ShownDomains).Select(d => $"{Findings.Quote(d.Key)} x{Findings.Number(d.Count())}");
                yield return Findings.Warn(
                    FindingCodes.CustomOperator,
                    null,
                    $"{Findings.Number(custom.Sum(d => d.Count()))} operators outside of the ONNX standard, of {Findings.Number(custom.Length)} domains: "
                    + "code of a runtime or library runs them",
                    string.Join(", ", domains));
            }
        }
    }

    /// <summary>The standard's two spellings of its main domain are one.</summary>
    public static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    public static bool IsStandard(string domain) =>
        Domain(domain) is "" or "ai.onnx.ml" or "ai.onnx.training" or "ai.onnx.preview.training";

    public ProtobufFault? Use(string domain, string name, string overload)
    {
        if (!IsStandard(domain))
        {
            used.Add((domain, name, overload));
        }

        return used.Count > OnnxLimits.CustomOperators
            ? ProtobufFault.TooMuch($"more than {Findings.Number(OnnxLimits.CustomOperators)} operators outside of the ONNX standard")
            : null;
    }

    /// <summary>A function of the model. What one in a standard domain means is left to runtimes (ModelProto.functions).</summary>
    public ProtobufFault? Define(string domain, string name, string overload) =>
        IsStandard(domain) ? ProtobufFault.Malformed($"the function {Findings.Quote(name)} in the domain of the standard")
        : !functions.Add((domain, name, overload)) ? ProtobufFault.Malformed($"the function {Findings.Quote(name)} twice")
        : functions.Count > OnnxLimits.CustomOperators ? ProtobufFault.TooMuch($"more than {Findings.Number(OnnxLimits.CustomOperators)} functions")
        : null;
}
