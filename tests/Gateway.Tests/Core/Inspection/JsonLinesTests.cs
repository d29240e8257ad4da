using System.Globalization;
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
    /// <summary>What mutations put in: all that has a meaning in JSON, and a little that has none.</summary>
    private const string Letters = "{}[]\",:\\/ \t\r\u007f.-+eE0123456789truefalsn\u0001ua";

    private static readonly string[] Texts =
    [
        "", "a", "name", "id", "größe", "漢字", "😀", "a longer text, of more bytes than a vector has", @"\n", @"\""\\\/\b\f\r\t", @"\u0041", @"\u00df\u6f22", @"\ud83d\ude00", @"\ud83d", @"\ude00\ud83d",
        "\u202e", "see https://example.org/a", "some.one@example.org", "password", "api_key", "token", "AKIAIOSFODNN7EXAMPLE", @"\u0041KIAIOSFODNN7EXAMPLE", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b",
        "0123456789abcdef0123456789abcdef", "password: 0123456789abcdef0123456789abcdef", @"token=\u0030123456789abcdef0123456789abcdef", "question_1_answer_text", "question_2_answer_text",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "42", "-12345678901", "0.5", "-0.125", "1e5", "1E+05", "2.5e-3", "1e308", "1e309", "1e400", "0e999", "12345678", "1234567890123456", "3.14159265358979", "01", "-", "1.", ".5", "1e", "+1",
    ];

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
            Append(text, random, random.Next(3) == 0 ? '[' : '{', 4);
            text.Append(random.Next(6) == 0 ? "\r\n" : "\n");
        }

        // Half of the files are damaged, at one place mostly. The first bytes are left: what they make of a file is not asked here.
        for (var damages = random.Next(4) switch { 0 => 1, 1 => random.Next(4), _ => 0 }; damages > 0; damages--)
        {
            var at = random.Next(1, text.Length);
            var letter = Letters[random.Next(Letters.Length)];
            letter = letter < 0x20 && letter is not ('\t' or '\r') ? ' ' : letter;
            _ = random.Next(3) switch
            {
                0 => text.Insert(at, letter),
                1 when text[at] != '\n' && !char.IsSurrogate(text[at]) => text.Remove(at, 1),
                _ => char.IsSurrogate(text[at]) ? text : text.Replace(text[at], letter, at, 1),
            };
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, Random random, char kind, int depth)
    {
        switch (kind)
        {
            case '{' or '[':
                text.Append(kind).Append(Space(random));
                var count = random.Next(random.Next(4) == 0 ? 20 : 4);
                for (var i = 0; i < count; i++)
                {
                    text.Append(i > 0 ? "," : "").Append(Space(random));
                    if (kind == '{')
                    {
                        // Some names come twice.
                        text.Append('"').Append(Texts[random.Next(Texts.Length)]).Append(random.Next(20) == 0 ? "" : i.ToString(CultureInfo.InvariantCulture)).Append('"');
                        text.Append(Space(random)).Append(':').Append(Space(random));
                    }

                    Append(text, random, depth > 0 ? "{[\"\"1t"[random.Next(6)] : "\"1t"[random.Next(3)], depth - 1);
                    text.Append(Space(random));
                }

                text.Append(kind == '{' ? '}' : ']');
                break;
            case '"':
                text.Append('"').Append(Texts[random.Next(Texts.Length)]).Append(random.Next(3) == 0 ? Texts[random.Next(Texts.Length)] : "").Append('"');
                break;
            case '1':
                text.Append(random.Next(3) == 0 ? Numbers[random.Next(12)] : random.Next(30) == 0 ? Numbers[random.Next(Numbers.Length)] : random.Next().ToString(CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
        }
    }

    private static string Space(Random random) => random.Next(8) switch { 0 => " ", 1 => "  ", 2 => "\t", _ => "" };
}
