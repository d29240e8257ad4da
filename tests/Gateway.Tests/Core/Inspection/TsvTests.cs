using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class TsvTests
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly string[] Pieces = ["\t", "\t", "\n", "\n", "\r\n", "\r", "\"", "a", "é", "=", "-", "1", ",", "x y"];

    private static byte[] Sample => Encoding.UTF8.GetBytes("name\tvalue\r\n-1\té\n\t5\" x\nlast\t2");

    [Fact]
    public void Truncation_at_every_byte_is_refused_or_leaves_a_valid_file() => Damage.Truncate("a.tsv", Sample, content => Rows(content) is not null);

    [Fact]
    public void Any_byte_changed_in_any_bit_is_refused_or_leaves_a_valid_file() => Damage.Flip("a.tsv", Sample, content => Rows(content) is not null);

    /// <summary>Both ways: what a plain splitting reads is accepted with its rows and columns, and nothing else is.</summary>
    [Fact]
    public void What_splitting_reads_is_accepted_and_nothing_else() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 14].Sample(
            pieces =>
            {
                var content = Encoding.UTF8.GetBytes(string.Concat(pieces));
                var inspection = Inspected.File("a.tsv", content);
                var rows = Rows(content);
                Assert.Equal(rows is not null, inspection.Accepted);
                if (rows is not null)
                {
                    Assert.Equal([new("rows", Findings(rows.Count)), new SummaryEntry("columns", Findings(rows.Count == 0 ? 0 : rows[0].Length))], inspection.Summary.Take(2));
                    Assert.Equal(rows.Exists(r => r.Any(IsFormula)), inspection.Codes().Contains("CSV_FORMULA"));
                }
            },
            iter: 100_000,
            print: p => string.Concat(p));

    [Fact]
    public void A_long_file_is_read_wherever_a_block_ends() =>
        Gen.Select(Gen.Int[0, 200], Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6]).Sample(
            (shift, chunks) =>
            {
                var text = new string('x', shift) + "\ty\r\n" + string.Concat(Enumerable.Range(0, 9_000).Select(i => $"größe {i}\t-{i}\r\n"));
                var inspection = Inspected.File("a.tsv", Encoding.UTF8.GetBytes(text), chunks);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
                Assert.Contains(new SummaryEntry("rows", "9,001"), inspection.Summary);
                Assert.Empty(inspection.Findings);
            },
            iter: 60);

    [Fact]
    public void A_field_of_1_GiB_is_refused_at_the_cap_without_being_held()
    {
        var block = new byte[256 * 1024];
        block.AsSpan().Fill((byte)'x');
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path("a.tsv"), 4096L * block.Length, (_, _) => 0);
        for (var i = 0; i < 4096; i++)
        {
            inspector.Append(block);
        }

        Assert.Equal(["LIMIT_EXCEEDED"], inspector.Complete().Codes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void More_columns_than_the_limit_are_refused() =>
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.tsv", Encoding.ASCII.GetBytes(new string('\t', InspectionLimits.CsvColumns))).Codes());

    [Fact]
    public void Rows_are_counted_for_totals()
    {
        var artifact = new ArtifactInspector(Gateway.Core.Manifests.ArtifactKind.Dataset);
        artifact.Add(Inspected.File("a.tsv", "a\n1\n"u8), "tsv");
        var inspection = artifact.Complete();
        Assert.True(inspection.Accepted);
        Assert.Contains(new SummaryEntry("rows", "2"), inspection.Totals);
    }

    private static string Findings(int number) => number.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsFormula(string field) =>
        field.Length > 0 && (field[0] is '=' or '@' || (field[0] is '+' or '-' && field.Length > 1 && field[1] is not ((>= '0' and <= '9') or '.' or '"')));

    /// <summary>The whole text, split; null where it is no TSV.</summary>
    private static List<string[]>? Rows(byte[] content)
    {
        string text;
        try
        {
            text = Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        if (text.Any(c => c < ' ' && c is not ('\t' or '\r' or '\n' or '\f')) || text.Replace("\r\n", "\n", StringComparison.Ordinal).Contains('\r') || text.StartsWith('\uFEFF'))
        {
            return null;
        }

        if (text.Length == 0)
        {
            return [];
        }

        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        lines = lines[^1].Length == 0 ? lines[..^1] : lines;
        List<string[]> rows = [.. lines.Select(l => l.Split('\t'))];
        return lines.Any(l => l.Length == 0) || rows.Exists(r => r.Length != rows[0].Length || r.Any(f => f.StartsWith('"'))) ? null : rows;
    }
}
