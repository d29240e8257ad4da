namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Type ids of a union: each names one of its children.</summary>
internal sealed class ArrowTypeIds(byte[] ids) : ArrowElements(1)
{
    public override string? Next(ReadOnlySpan<byte> elements) =>
        elements.ContainsAnyExcept(ids) ? "a type id that names no child of its union" : null;
}
