namespace Gateway.Core.Inspection;

/// <summary>One tensor, as approvers are shown it and as two versions are compared by.</summary>
/// <param name="Name">As the file has it, at most <see cref="MaximumNameLength"/> UTF-16 units; empty where the format lets a tensor have none. It is escaped where it is shown.</param>
/// <param name="Type">Of its elements, as the format calls it.</param>
/// <param name="Shape">Dimensions in the file's order: GGUF has the fastest first, the others the slowest.</param>
/// <param name="Bytes">Of its data, without padding.</param>
/// <param name="Digest">SHA-256 of its data as it is stored.</param>
public sealed record TensorRow(string Name, string Type, IReadOnlyList<long> Shape, long Bytes, Digest Digest)
{
    /// <summary>By its shape. Verifiers refuse shapes of more than 2^63; a dimension of none may stand behind ones whose product is beyond counting.</summary>
    internal UInt128 Elements => Shape.Contains(0) ? 0 : Shape.Aggregate(UInt128.One, (product, dimension) => product * (ulong)dimension);

    /// <summary>Longest name, in UTF-16 units: no format takes more bytes of UTF-8.</summary>
    public const int MaximumNameLength = InspectionLimits.TensorNameBytes;
}
