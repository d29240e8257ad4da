namespace Gateway.Core.Inspection;

/// <summary>The tensors of one file, for the table and totals, and of safetensors for comparison with an index.</summary>
internal sealed record ShardTensors
{
    private ShardTensors(IReadOnlyList<TensorRow> rows) => (Rows, Count) = (rows, rows.Count);

    /// <summary>Those that are listed, in the order of their data.</summary>
    public IReadOnlyList<TensorRow> Rows { get; init; }

    /// <summary>All of them, listed or not.</summary>
    public int Count { get; }

    /// <summary>Summed by element type, in ordinal order.</summary>
    public required IReadOnlyList<TypeTotal> Types { get; init; }

    /// <summary>One <see cref="TensorTag"/> a tensor, for formats that an index may name.</summary>
    public required UInt128[] Tags { get; init; }

    /// <summary>Elements of all that are weights.</summary>
    public required UInt128 Parameters { get; init; }

    /// <summary>Bytes of all tensors, with the padding that the format has.</summary>
    public required long Bytes { get; init; }

    /// <summary>All tensors of a file.</summary>
    public static ShardTensors Of(IReadOnlyList<TensorRow> rows, UInt128[] tags, UInt128 parameters, long bytes) =>
        new(rows) { Types = [.. TypeTotal.Of(rows)], Tags = tags, Parameters = parameters, Bytes = bytes };
}

/// <summary>The tensors of one element type.</summary>
internal sealed record TypeTotal(string Type, int Tensors, UInt128 Elements, UInt128 Bytes)
{
    public static IEnumerable<TypeTotal> Of(IEnumerable<TensorRow> rows) =>
        Sum(rows.Select(r => new TypeTotal(r.Type, 1, r.Elements, (ulong)r.Bytes)));

    /// <summary>One for each type, in ordinal order.</summary>
    public static IEnumerable<TypeTotal> Sum(IEnumerable<TypeTotal> parts) => parts
        .AggregateBy(p => p.Type, type => new TypeTotal(type, 0, 0, 0), (sum, p) => new(sum.Type, sum.Tensors + p.Tensors, sum.Elements + p.Elements, sum.Bytes + p.Bytes))
        .Select(sum => sum.Value)
        .OrderBy(sum => sum.Type, StringComparer.Ordinal);
}

/// <summary>What a shard index claims.</summary>
/// <param name="Shards">Tags of the tensors that it places in each file, by the file's name as the index writes it.</param>
/// <param name="TotalSize">Its <c>metadata.total_size</c> in bytes, where it has one.</param>
internal sealed record ShardMap(IReadOnlyDictionary<string, List<UInt128>> Shards, long? TotalSize);
