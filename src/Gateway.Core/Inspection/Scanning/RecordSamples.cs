using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>Samples of records that are read in blocks, of which none needs to lie whole in one.</summary>
/// <param name="separator">What separates fields.</param>
internal sealed class RecordSamples(byte separator) : IDisposable
{
    private readonly RowSamples rows = new();

    /// <summary>The beginning of a record that goes on in the next block.</summary>
    private readonly KeptBytes begun = new();

    /// <summary>Where in the file those records lie that ended in this block and are wanted.</summary>
    private readonly List<(long Number, long From, long To)> ended = [];
    private string? names;

    /// <summary>The fields of the first record, and the samples.</summary>
    public IEnumerable<SummaryEntry> Entries => names is null ? [] : rows.Entries.Prepend(new SummaryEntry(RowSamples.Columns, names));

    /// <summary>A record ended; its bytes are those of the block that is being read, and of blocks before it.</summary>
    public void End(long number, long from, long to)
    {
        if (rows.Take(number))
        {
            ended.Add((number, from, to));
        }
    }

    /// <summary>A block was read.</summary>
    /// <param name="block">The block.</param>
    /// <param name="offset">Where it begins in the file.</param>
    /// <param name="number">Number of the record that goes on, or begins behind it.</param>
    /// <param name="recordAt">Where that begins.</param>
    public void EndBlock(ReadOnlySpan<byte> block, long offset, long number, long recordAt)
    {
        foreach (var (ending, from, to) in ended)
        {
            Keep(block[(int)Math.Max(from - offset, 0)..(int)(to - offset)]);
            var found = rows.Add(ending, begun.Span);
            names ??= found ? RowSamples.Withheld : ColumnNames.Of(begun.Span, separator);
            begun.Clear();
        }

        ended.Clear();
        if (rows.Wants(number))
        {
            Keep(block[(int)Math.Max(recordAt - offset, 0)..]);
        }
    }

    public void Dispose() => begun.Dispose();

    private void Keep(ReadOnlySpan<byte> bytes) => begun.Append(bytes[..Math.Min(bytes.Length, RowSamples.RowBytes - begun.Length)]);
}
