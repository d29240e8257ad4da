namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Rows number 1, 10, 100 and so on, for people to see what a dataset holds. Which rows is told by their number alone, so that both sides show the same. A row that holds a key or a mail
/// address is not shown: a report is read by more people than data is.
/// </summary>
internal sealed class RowSamples
{
    /// <summary>Bytes from a row's beginning that are looked at, far more than are shown: a key that begins in what is shown ends in them.</summary>
    public const int RowBytes = 64 << 10;

    private const int ShownCharacters = 256;

    /// <summary>Names of the entries that tell what columns and members are called.</summary>
    public const string Columns = "column names";
    public const string Keys = "keys";

    /// <summary>In place of names in a row that is not shown: its fields are not shown one by one either.</summary>
    public const string Withheld = "withheld with row 1";

    private const string Row = "row ";

    private readonly List<SummaryEntry> entries = [];
    private long wanted = 1;

    public IReadOnlyList<SummaryEntry> Entries => entries;

    /// <summary>True for entries that show what is in rows.</summary>
    public static bool IsOf(SummaryEntry entry) => entry.Name is Columns or Keys || entry.Name.StartsWith(Row, StringComparison.Ordinal);

    /// <summary>True for the row that is wanted next.</summary>
    public bool Wants(long row) => row == wanted;

    /// <summary>True for the row that is wanted next, which then is to be added.</summary>
    public bool Take(long row)
    {
        var isWanted = row == wanted;
        wanted *= isWanted ? 10 : 1;
        return isWanted;
    }

    /// <param name="number">Number of the row.</param>
    /// <param name="row">What it is.</param>
    /// <param name="found">What its reader found in it, where text may be written with escapes; else null.</param>
    /// <returns>True where it is withheld.</returns>
    public bool Add(long number, ReadOnlySpan<byte> row, string? found = null)
    {
        row = row[..Math.Min(row.Length, RowBytes)].TrimEnd("\r\n"u8);
        found ??= TextScan.Sensitive(row);
        entries.Add(new SummaryEntry($"{Row}{Findings.Number(number)}", found is null ? Findings.Show(row, ShownCharacters) : $"withheld: it has what looks like {found}"));
        return found is not null;
    }
}
