namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>Limits of an ONNX model.</summary>
internal static class OnnxLimits
{
    /// <summary>Last version of the intermediate representation that is known (Version in onnx.proto).</summary>
    public const int IrVersion = 13;

    /// <summary>Most nodes in all graphs and functions. Large exported language models have under 100,000.</summary>
    public const int Nodes = 250_000;

    /// <summary>Most tensors, as for safetensors.</summary>
    public const int Tensors = InspectionLimits.SafetensorsTensors;

    /// <summary>Most different operators outside of the standard, because each is kept until the functions of the model are known.</summary>
    public const int CustomOperators = 10_000;

    /// <summary>Most operator sets and domains that one model or function may name.</summary>
    public const int Domains = 1000;

    /// <summary>Names that approvers are shown of each sort.</summary>
    public const int Shown = 4;
}
