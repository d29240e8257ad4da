namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>A field of a struct as parquet.thrift declares it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">Its type, or that of its elements where it is a list.</param>
internal sealed record ThriftField(int Id, string Name, ThriftKind Kind)
{
    public bool IsRequired { get; init; }

    public bool IsList { get; init; }

    /// <summary>The struct's declaration; null where it is none.</summary>
    public ThriftShape? Of { get; init; }

    /// <summary>Values of an enum, one bit each; 0 where it is none.</summary>
    public uint Values { get; init; }

    /// <summary>What a file is that has the field, where such files do not cross.</summary>
    public string? Refused { get; init; }

    /// <summary>Longest string in bytes; what holds it is capped as a whole in any case.</summary>
    public int MaximumBytes { get; init; } = int.MaxValue;
}
