namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>Which operator a node calls, or a function is.</summary>
internal sealed class OnnxNode
{
    public string Domain { get; set; } = "";

    public string Operator { get; set; } = "";

    public string Overload { get; set; } = "";

    public void Clear() => (Domain, Operator, Overload) = ("", "", "");
}
