using System.Text;
using System.Text.Json;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Json;
using Gateway.Core.Inspection.Scanning;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Lines are walked without tokens; what is said of them is what the framework's reader and the rules on its tokens say.</summary>
public sealed class JsonLinesTests
{
    [Fact]
    public void Lines_are_judged_and_scanned_as_their_tokens_are() =>
        Gen.Int.Sample(
            seed =>
            {
                var content = Content(new Random(seed));
                var inspection = Inspected.File("a.jsonl", content);
                Assert.Equal(string.Join('\n', Expected(content)), string.Join('\n', inspection.Findings));
            },
            iter: 30_000);

    [Fact]
    public void Numbers_of_many_digits_and_deep_lines_are_judged_as_their_tokens_are()
    {
        foreach (var digits in (int[])[7, 8, 9, 15, 16, 17, 198, 199, 200, 201, 299, 300, 301, 308, 309, 310, 4299, 4300, 4301])
        {
            foreach (var exponent in (string[])["", "e9", "e99", "e-99", "e100", "e108", "e109"])
            {
                Same($"[{new string('7', digits)}{exponent}]");
                Same($"[0.{new string('7', digits)}{exponent}]");
            }
        }

        foreach (var depth in (int[])[1, 2, 63, 64, 65, 66])
        {
            Same(new string('[', depth) + new string(']', depth));
            Same(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth));
        }

        foreach (var names in (int[])[255, 256, 257, 1_000])
        {
            Same($"{{{string.Join(',', Enumerable.Range(0, names).Select(i => $"\"{i}\":0"))}}}");
            Same($"{{{string.Join(',', Enumerable.Range(0, names).Select(i => $"\"{i}\":0"))},\"7\":0}}");
        }
    }

    [Fact]
    public void Arrays_of_numbers_are_judged_as_their_tokens_are() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var text = new StringBuilder("[[");
                for (var count = random.Next(1, 60); count > 0; count--)
                {
                    JsonTexts.AppendNumber(text, random);
                    text.Append(count > 1 ? random.Next(3) == 0 ? ", " : "," : "");
                }

                text.Append(random.Next(4) switch { 0 => "]]", 1 => ",\"a\"]]", 2 => " ], 1]", _ => "],[1,2,3]]" }).Append('\n');
                JsonTexts.Damage(text, random);
                Same(text.ToString());
            },
            iter: 30_000);

    private static void Same(string line)
    {
        var content = Encoding.UTF8.GetBytes(line);
        Assert.Equal(string.Join('\n', Expected(content)), string.Join('\n', Inspected.File("a.jsonl", content).Findings));
    }

    private static IEnumerable<Finding> Expected(byte[] content)
    {
        var scan = new TextScan();
        using var walk = new JsonWalk(visitor: null, scan);
        var (from, number) = (0, 0);
        while (from < content.Length)
        {
            var to = Array.IndexOf(content, (byte)'\n', from) is >= 0 and var feed ? feed : content.Length;
            if (Refusal(content.AsSpan(from, to - from), from, ++number, walk) is { } refusal)
            {
                return [refusal];
            }

            from = to + 1;
        }

        return [.. Utf8Warnings(content), .. scan.Seen];
    }

    private static IEnumerable<Finding> Utf8Warnings(byte[] content)
    {
        var utf8 = new Gateway.Core.Inspection.Verifiers.Utf8Scan();
        utf8.Append(content, 0);
        return utf8.Warnings;
    }

    private static Finding? Refusal(ReadOnlySpan<byte> line, int offset, int number, JsonWalk walk)
    {
        var first = line.TrimStart(" \t\r"u8);
        if (first.IsEmpty)
        {
            return Findings.Refuse(Gateway.Core.RefusalCode.FormatMalformed, offset, $"line {number} is blank");
        }

        if (first[0] is not ((byte)'{' or (byte)'['))
        {
            return Findings.Refuse(
                number == 1 ? Gateway.Core.RefusalCode.FormatMismatch : Gateway.Core.RefusalCode.FormatMalformed, offset, $"line {number} is not a JSON object or array");
        }

        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = InspectionLimits.JsonDepth + 1 });
        try
        {
            while (reader.Read())
            {
                if (walk.Token(ref reader, offset) is { } fault)
                {
                    return Findings.Refuse(fault.Code, offset + reader.TokenStartIndex, $"line {number}: {fault.Message}");
                }
            }
        }
        catch (JsonException)
        {
            return Findings.Refuse(Gateway.Core.RefusalCode.FormatMalformed, offset, $"line {number} is not JSON");
        }

        return null;
    }

    private static byte[] Content(Random random)
    {
        var text = new StringBuilder();
        for (var lines = random.Next(1, 5); lines > 0; lines--)
        {
            JsonTexts.Append(text, random, random.Next(3) == 0 ? '[' : '{', depth: 4, JsonTexts.Texts, feed: " ");
            text.Append(random.Next(6) == 0 ? "\r\n" : "\n");
        }

        JsonTexts.Damage(text, random);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
