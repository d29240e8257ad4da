using Gateway.Core.Inspection;

namespace Gateway.Cli.Inspect;

/// <summary>A tensor as JSON and on the screen; see <see cref="TensorRow"/>.</summary>
internal sealed record TensorView(string Name, string Dtype, IReadOnlyList<long> Shape, long Bytes, string Sha256)
{
    public static TensorView Of(TensorRow row) => new(row.Name, row.Type, row.Shape, row.Bytes, row.Digest.Hex);
}
