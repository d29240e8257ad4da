using Gateway.Cli.Terminal;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Cli.Inspect;

/// <summary>The tensor table for people: the first rows, or all of them where they were asked for.</summary>
internal static class TensorScreen
{
    /// <summary>Rows that are shown unasked.</summary>
    private const int RowsShown = 20;

    /// <summary>Tensors named of each kind of change; JSON names more.</summary>
    private const int NamesShown = 8;

    /// <summary>Digits of a digest that are enough to tell two versions apart by eye; JSON has all.</summary>
    private const int DigestDigits = 16;

    /// <param name="screen">Where to.</param>
    /// <param name="tensors">The tensors, and the path of the file that each is in.</param>
    /// <param name="all">True for every row.</param>
    public static void Show(Screen screen, IReadOnlyList<(string Path, TensorRow Row)> tensors, bool all)
    {
        if (tensors.Count == 0)
        {
            return;
        }

        var hasFiles = tensors[0].Path != tensors[^1].Path;
        IReadOnlyList<string> columns = ["TENSOR", "DTYPE", "SHAPE", "SIZE", "SHA-256"];
        screen.Table(
            hasFiles ? ["FILE", .. columns] : columns,
            tensors.Take(all ? int.MaxValue : RowsShown).Select(t => hasFiles ? [t.Path, .. Cells(t.Row)] : Cells(t.Row)));
        if (!all && tensors.Count > RowsShown)
        {
            screen.Line($"and {Screen.Number(tensors.Count - RowsShown)} more tensors: --tensors lists all, --json with whole digests");
        }
    }

    /// <summary>What changed since an earlier version, in words.</summary>
    public static string Changes(TensorDifference difference)
    {
        List<string> changes =
        [
            .. Named("added", difference.Added), .. Named("removed", difference.Removed), .. Named("reshaped", difference.Reshaped),
            .. Named("changed", difference.Changed),
        ];
        return changes.Count > 0 ? string.Join("; ", changes) : "the same in both versions";
    }

    private static IEnumerable<string> Named(string change, NamedTensors tensors)
    {
        if (tensors.Count > 0)
        {
            var more = tensors.Count - Math.Min(tensors.Count, NamesShown);
            yield return $"{Screen.Number(tensors.Count)} {change} ({string.Join(", ", tensors.Names.Take(NamesShown))}{(more > 0 ? $" and {Screen.Number(more)} more" : "")})";
        }
    }

    private static IReadOnlyList<string> Cells(TensorRow row) =>
    [
        row.Name.Length > 0 ? row.Name : "(no name)", row.Type, $"[{string.Join(", ", row.Shape)}]", Screen.Size(row.Bytes), row.Digest.Hex[..DigestDigits],
    ];
}
