using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>What changed in the tensors of a checkpoint since an earlier version, whatever files they lie in.</summary>
/// <param name="Added">Tensors that the earlier version does not have, in this one's order.</param>
/// <param name="Removed">Tensors that only the earlier version has, in its order.</param>
/// <param name="Reshaped">Tensors of another shape or type, in this version's order.</param>
/// <param name="Changed">Tensors of the same shape and type with other bytes, in this version's order.</param>
public sealed record TensorDifference(NamedTensors Added, NamedTensors Removed, NamedTensors Reshaped, NamedTensors Changed)
{
    /// <summary>Compares the tables of two inspections, by name; of a name that comes more than once, the first with the first. Null where one lists no tensor.</summary>
    public static TensorDifference? Between(InspectionReport earlier, InspectionReport next)
    {
        var before = Tensors(earlier);
        var after = Tensors(next);
        if (before.Count == 0 || after.Count == 0)
        {
            return null;
        }

        var byKey = before.ToDictionary(t => t.Key, t => t.Row);
        var keys = after.Select(t => t.Key).ToHashSet();
        return new TensorDifference(
            NamedTensors.Of(after.Where(t => !byKey.ContainsKey(t.Key)).Select(t => t.Row)),
            NamedTensors.Of(before.Where(t => !keys.Contains(t.Key)).Select(t => t.Row)),
            NamedTensors.Of(after.Where(t => byKey.TryGetValue(t.Key, out var was) && IsReshaped(was, t.Row)).Select(t => t.Row)),
            NamedTensors.Of(after.Where(t => byKey.TryGetValue(t.Key, out var was) && !IsReshaped(was, t.Row) && was.Digest != t.Row.Digest).Select(t => t.Row)));
    }

    private static bool IsReshaped(TensorRow before, TensorRow after) => before.Type != after.Type || !before.Shape.SequenceEqual(after.Shape);

    private static List<((string Name, int Occurrence) Key, TensorRow Row)> Tensors(InspectionReport report)
    {
        var occurrences = new Dictionary<string, int>(StringComparer.Ordinal);
        var tensors = new List<((string, int), TensorRow)>();
        foreach (var row in report.Files.SelectMany(f => f.Tensors))
        {
            var occurrence = occurrences[row.Name] = occurrences.GetValueOrDefault(row.Name) + 1;
            tensors.Add(((row.Name, occurrence), row));
        }

        return tensors;
    }
}

/// <summary>How many tensors, and what the first of them are called.</summary>
/// <param name="Count">All of them.</param>
/// <param name="Names">At most <see cref="MaximumNames"/> names.</param>
public sealed record NamedTensors(int Count, IReadOnlyList<string> Names)
{
    /// <summary>Names that are listed: more than a person looks at one by one.</summary>
    public const int MaximumNames = 100;

    public static NamedTensors Of(IEnumerable<TensorRow> rows)
    {
        var names = rows.Select(r => r.Name).ToList();
        return new NamedTensors(names.Count, [.. names.Take(MaximumNames)]);
    }

    public bool Equals(NamedTensors? other) => other is not null && Count == other.Count && Names.SequenceEqual(other.Names, StringComparer.Ordinal);

    public override int GetHashCode() => HashCode.Combine(Count, Names.Count);
}
