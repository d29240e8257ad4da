using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Most of a table is read 64 bytes at a time; what is said of it is what reading byte by byte says.</summary>
public sealed class CsvTests
{
    private static readonly string[] Fields =
    [
        "", "a", "1", "-1", "+.5", "-", "-x", "+a", "=1+1", "@x", "a=b", "a-b", "text of some words", "größe", "\"\"", "\"a\"", "\"a,b\"", "\"a\tb\"", "\"a\"\"b\"", "\"\"\"\"", "\"a\nb\"", "\"a\r\nb\"", "\"=x\"",
        "\"-\"", "\"-1\"", "\"-x\"", "\"+\n\"", "\"long, and quoted, so that it goes over the end of sixty-four bytes wherever it begins in them\"", "long, so that it goes over the end of sixty-four bytes wherever it begins",
        "some.one@example.org", "a\"b", "\"a\"b", "\"a", "a\rb",
    ];

    [Theory]
    [InlineData(FileFormat.Csv)]
    [InlineData(FileFormat.Tsv)]
    public void Bytes_that_are_read_together_are_judged_as_each_alone_is(FileFormat format) =>
        Gen.Int.Select(Gen.Int[1, CsvChunk.Bytes - 1]).Sample(
            (seed, few) =>
            {
                var content = Content(new Random(seed), format);
                Assert.Equal(Said(format, content, few), Said(format, content, content.Length));
            },
            iter: 30_000);

    private static string Said(FileFormat format, ReadOnlySpan<byte> content, int blockBytes)
    {
        using var verifier = new CsvVerifier(format);
        for (; !content.IsEmpty; content = content[Math.Min(blockBytes, content.Length)..])
        {
            verifier.Append(content[..Math.Min(blockBytes, content.Length)]);
        }

        verifier.Complete();
        return verifier.Refusal is { } refusal ? refusal.ToString() : $"{string.Join('\n', verifier.Warnings)}\n{string.Join('\n', verifier.Summarise())}";
    }

    private static byte[] Content(Random random, FileFormat format)
    {
        var separator = format == FileFormat.Tsv ? '\t' : ',';
        // The last are wrong, and rare.
        const int Wrong = 4;
        var (columns, end) = (random.Next(1, 7), random.Next(2) == 0 ? "\n" : "\r\n");
        var text = new StringBuilder();
        for (var records = random.Next(1, 40); records > 0; records--)
        {
            for (var column = 0; column < columns; column++)
            {
                var field = Fields[random.Next(random.Next(200) == 0 ? Fields.Length : Fields.Length - Wrong)];
                text.Append(column > 0 ? separator.ToString() : "").Append(format == FileFormat.Tsv ? field.Replace('"', '\'').ReplaceLineEndings(" ").Replace('\t', ' ') : field);
            }

            text.Append(random.Next(100) == 0 ? "" : random.Next(30) == 0 ? "\n" : end);
        }

        if (random.Next(4) == 0)
        {
            var at = random.Next(text.Length);
            text.Insert(at > 0 && char.IsLowSurrogate(text[at]) ? at - 1 : at, ",\t\"\n\r=-a"[random.Next(8)]);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
