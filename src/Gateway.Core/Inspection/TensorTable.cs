using System.Buffers;
using System.Text;

namespace Gateway.Core.Inspection;

/// <summary>Which tensors of an artifact its inspection lists one by one: as many as fit, file by file.</summary>
internal sealed class TensorTable
{
    /// <summary>
    /// Bytes that the rows may take in the document: half of what <see cref="Manifests.InspectionReport.MaximumPayloadBytes"/> leaves for all of it. Over 100,000 tensors with names of
    /// real checkpoints.
    /// </summary>
    private const long MaximumBytes = 32 << 20;

    /// <summary>Bytes of a row beside its name and shape: member names, type, size and digest.</summary>
    private const int RowBytes = 180;

    /// <summary>Digits and comma of a dimension.</summary>
    private const int DimensionBytes = 20;

    /// <summary>Bytes that an escape adds to a character.</summary>
    private const int EscapeBytes = 5;

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '"', '\\']);

    private long bytes;

    /// <summary>Tensors that are not listed.</summary>
    public int Omitted { get; private set; }

    /// <summary>Those of the next file that are listed: none behind the first that does not fit.</summary>
    public IReadOnlyList<TensorRow> Take(IReadOnlyList<TensorRow> rows)
    {
        var taken = 0;
        while (Omitted == 0 && taken < rows.Count && bytes + BytesOf(rows[taken]) is var more && more <= MaximumBytes)
        {
            bytes = more;
            taken++;
        }

        Omitted += rows.Count - taken;
        return taken == rows.Count ? rows : [.. rows.Take(taken)];
    }

    private static long BytesOf(TensorRow row)
    {
        var escaped = 0;
        foreach (var c in row.Name)
        {
            escaped += Escaped.Contains(c) ? 1 : 0;
        }

        return RowBytes + Encoding.UTF8.GetByteCount(row.Name) + (EscapeBytes * escaped) + (DimensionBytes * row.Shape.Count);
    }
}
