namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// A struct or union as parquet.thrift declares it. No declaration holds itself, so what is read by one nests no deeper than the declarations do.
/// </summary>
internal sealed class ThriftShape
{
    private readonly ThriftField?[] byId = new ThriftField?[ThriftFields.Slots];

    public ThriftShape(string name, params ReadOnlySpan<ThriftField> fields)
    {
        Name = name;
        foreach (var field in fields)
        {
            byId[field.Id] = field;
            Required |= field.IsRequired ? 1u << field.Id : 0;
        }
    }

    public string Name { get; }

    /// <summary>True where exactly one field is set.</summary>
    public bool IsUnion { get; init; }

    /// <summary>Fields that must be there, one bit each.</summary>
    public uint Required { get; }

    /// <summary>The field of an id, or null.</summary>
    public ThriftField? Field(int id) => id < byId.Length ? byId[id] : null;
}
