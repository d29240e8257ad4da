using System.Text;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Approvers see some rows of a dataset, the same on both sides, and none with what nobody should read.</summary>
public sealed class RowSampleTests
{
    private const string Key = "AKIAIOSFODNN7EXAMPLE";

    [Theory]
    [InlineData("a.jsonl", "{{\"id\":{0}}}")]
    [InlineData("a.csv", "{0},text")]
    [InlineData("a.tsv", "{0}\ttext")]
    public void Rows_of_powers_of_ten_are_shown_wherever_blocks_end(string path, string row)
    {
        var content = string.Concat(Enumerable.Range(1, 20_000).Select(i => string.Format(System.Globalization.CultureInfo.InvariantCulture, row, i) + "\r\n"));
        var inspection = Inspected.File(path, Encoding.UTF8.GetBytes(content));
        var shown = inspection.Summary.Where(s => s.Name.StartsWith("row ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(["row 1", "row 10", "row 100", "row 1,000", "row 10,000"], shown.Select(s => s.Name));
        Assert.Equal(["1", "10", "100", "1000", "10000"], shown.Select(s => new string([.. s.Value.Replace("\\u{9}", "", StringComparison.Ordinal).Where(char.IsAsciiDigit)])));
        Assert.Equal(inspection.Text(), Inspected.File(path, Encoding.UTF8.GetBytes(content), 7, 1_000, 3).Text());
    }

    [Theory]
    [InlineData("a.jsonl", "{\"a\":\"" + Key + "\"}")]
    [InlineData("a.jsonl", "{\"a\":\"\\u0041KIAIOSFODNN7EXAMPLE\"}")]
    [InlineData("a.jsonl", "{\"password\" :      \"aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b\"}")]
    [InlineData("a.csv", "a,\"" + Key + "\"")]
    [InlineData("a.tsv", "a\t" + Key)]
    public void A_row_with_a_key_is_withheld(string path, string row) =>
        Assert.Equal("withheld: it has what looks like a key", Value(Inspected.File(path, Encoding.UTF8.GetBytes(row)), "row 1"));

    [Fact]
    public void A_row_with_a_mail_address_is_withheld() =>
        Assert.Equal("withheld: it has what looks like a mail address", Value(Inspected.File("a.csv", "1,some.one@example.org\n"u8), "row 1"));

    [Theory]
    [InlineData("a.jsonl", "[\"{0}\"]")]
    [InlineData("a.csv", "{0}")]
    public void A_key_that_is_cut_or_far_behind_what_is_shown_is_found(string path, string row)
    {
        foreach (var before in (int[])[200, 240, 250, 255, 1_000, 40_000])
        {
            var content = row.Replace("{0}", $"{new string('x', before)} {Key}", StringComparison.Ordinal);
            Assert.StartsWith("withheld", Value(Inspected.File(path, Encoding.UTF8.GetBytes(content)), "row 1"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_shown_is_printable_and_short()
    {
        var shown = Value(Inspected.File("a.jsonl", Encoding.UTF8.GetBytes($"[\"\u202e größe\",\"{new string('x', 100_000)}\"]")), "row 1");
        Assert.StartsWith("[\"\\u{202e} gr\\u{f6}\\u{df}e\",\"xx", shown, StringComparison.Ordinal);
        Assert.EndsWith("x...", shown, StringComparison.Ordinal);
        Assert.InRange(shown.Length, 256, 256 + 16);
    }

    [Fact]
    public void Columns_and_members_are_named()
    {
        Assert.Equal("\"id\", \"a \\u{22}b\\u{22}, c\", \"\"", Value(Inspected.File("a.csv", "id,\"a \"\"b\"\", c\",\n"u8), "column names"));
        Assert.Equal("\"id\", \"'b\"", Value(Inspected.File("a.tsv", "id\t'b\n"u8), "column names"));
        Assert.Equal("\"id\", \"a\\u{e9}\"", Value(Inspected.File("a.jsonl", "{\"id\":[{\"x\":1}],\"a\\u00e9\":2}\n[1]\n"u8), "keys"));
        Assert.DoesNotContain(Inspected.File("a.jsonl", "[1]\n{\"a\":1}\n"u8).Summary, s => s.Name == "keys");
        Assert.Equal("withheld with row 1", Value(Inspected.File("a.csv", "Some One,some.one@example.org\n"u8), "column names"));
        Assert.Equal("withheld with row 1", Value(Inspected.File("a.tsv", "password:\tA1b2C3d4E5f6G7h8I9j0K1\n"u8), "column names"));
        var many = Value(Inspected.File("a.csv", Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 60)))), "column names");
        Assert.EndsWith(", \"49\", ...", many, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_rows_are_counted_and_the_first_hundred_show_theirs()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        for (var i = 0; i < 103; i++)
        {
            artifact.Add(Inspected.File($"{i:000}.csv", "a,b\n"u8), "csv");
        }

        artifact.Add(Inspected.File("a.txt", "a\n"u8), "text");
        var inspection = artifact.Complete();
        Assert.Contains(new SummaryEntry("shards", "103"), inspection.Totals);
        Assert.Equal(100, inspection.Files.Count(f => f.Summary.Any(s => s.Name == "row 1")));
        Assert.Equal(100, inspection.Files.Count(f => f.Summary.Any(s => s.Name == "column names")));
        Assert.Equal(103, inspection.Files.Count(f => f.Summary.Any(s => s.Name == "columns")));
    }

    private static string Value(FileInspection inspection, string name)
    {
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        return Assert.Single(inspection.Summary, s => s.Name == name).Value;
    }
}
