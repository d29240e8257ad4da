using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>What changed in the tensors of a checkpoint since an earlier version, whatever files they lie in.</summary>
/// <param name="Added">Tensors that the earlier version does not have, in this one's order.</param>
/// <param name="Removed">Tensors that only the earlier version has, in its order.</param>
/// <param name="Reshaped">Tensors of another shape or type, in this version's order.</param>
/// <param name="Changed">Tensors of the same shape and type with other bytes, in this version's order.</param>
public sealed record TensorDifference(NamedTensors Added, NamedTensors Removed, NamedTensors Reshaped, NamedTensors Changed)
{
    /// <summary>
    /// Compares the tables of two inspections by name. A name that comes more than once in either is compared with its own under the same path, so that files which change places are
    /// seen to. Null where neither lists a tensor.
    /// </summary>
    public static TensorDifference? Between(Manifest earlier, InspectionReport earlierReport, Manifest next, InspectionReport nextReport)
    {
        var (tensorsBefore, tensorsAfter) = (Tensors(earlier, earlierReport), Tensors(next, nextReport));
        var repeated = Repeated(tensorsBefore).Concat(Repeated(tensorsAfter)).ToHashSet(StringComparer.Ordinal);
        var (before, after) = (Keyed(tensorsBefore, repeated), Keyed(tensorsAfter, repeated));
        if (before.Count == 0 && after.Count == 0)
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

    private static List<(string Path, TensorRow Row)> Tensors(Manifest manifest, InspectionReport report) =>
        [.. manifest.Files.Zip(report.Files).SelectMany(f => f.Second.Tensors.Select(t => (f.First.Path.Value, t)))];

    private static IEnumerable<string> Repeated(List<(string Path, TensorRow Row)> tensors) => tensors.CountBy(t => t.Row.Name).Where(n => n.Value > 1).Select(n => n.Key);

    /// <summary>Each under its name; where that comes more than once, under its path too, and numbered there, since some formats let two in a file have one name or none.</summary>
    private static List<((string Path, string Name, int Occurrence) Key, TensorRow Row)> Keyed(List<(string Path, TensorRow Row)> tensors, HashSet<string> repeated)
    {
        var occurrences = new Dictionary<(string, string), int>();
        var keyed = new List<((string, string, int), TensorRow)>(tensors.Count);
        foreach (var (path, row) in tensors)
        {
            var place = (repeated.Contains(row.Name) ? path : "", row.Name);
            var occurrence = occurrences[place] = occurrences.GetValueOrDefault(place) + 1;
            keyed.Add(((place.Item1, row.Name, occurrence), row));
        }

        return keyed;
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
