using System.Globalization;
using System.Text;

namespace Gateway.Tests.Core.Inspection;

/// <summary>JSON at random, of all that two ways to read it could differ on.</summary>
internal static class JsonTexts
{
    /// <summary>What mutations put in: all that has a meaning in JSON, and a little that has none.</summary>
    private const string Letters = "{}[]\",:\\/ \t\r\u007f.-+eE0123456789truefalsn\u0001ua";

    public static readonly string[] Texts =
    [
        "", "a", "name", "id", "größe", "漢字", "😀", "a longer text, of more bytes than a vector has", @"\n", @"\""\\\/\b\f\r\t", @"\u0041", @"\u00df\u6f22", @"\ud83d\ude00", @"\ud83d", @"\ude00\ud83d",
        "\u202e", "see https://example.org/a", "some.one@example.org", "password", "api_key", "token", "AKIAIOSFODNN7EXAMPLE", @"\u0041KIAIOSFODNN7EXAMPLE", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b",
        "0123456789abcdef0123456789abcdef", "password: 0123456789abcdef0123456789abcdef", @"token=\u0030123456789abcdef0123456789abcdef", "question_1_answer_text", "question_2_answer_text",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "42", "-12345678901", "0.5", "-0.125", "1e5", "1E+05", "2.5e-3", "1e308", "1e309", "1e400", "0e999", "12345678", "1234567890123456", "3.14159265358979", "01", "-", "1.", ".5", "1e", "+1",
    ];

    public static void Damage(StringBuilder text, Random random)
    {
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
    }

    /// <summary>A value, by its first character.</summary>
    /// <param name="text">What it is appended to.</param>
    /// <param name="random">Makes it.</param>
    /// <param name="kind">Its first character, or one of its kind.</param>
    /// <param name="depth">How deep it nests at most.</param>
    /// <param name="texts">Its names and strings.</param>
    /// <param name="feed">White space of its own.</param>
    public static void Append(StringBuilder text, Random random, char kind, int depth, string[] texts, string feed)
    {
        switch (kind)
        {
            case '{' or '[':
                text.Append(kind).Append(Space(random, feed));
                var count = random.Next(random.Next(4) == 0 ? 20 : 4);
                for (var i = 0; i < count; i++)
                {
                    text.Append(i > 0 ? "," : "").Append(Space(random, feed));
                    if (kind == '{')
                    {
                        // Some names come twice.
                        text.Append('"').Append(texts[random.Next(texts.Length)]).Append(random.Next(20) == 0 ? "" : i.ToString(CultureInfo.InvariantCulture)).Append('"');
                        text.Append(Space(random, feed)).Append(':').Append(Space(random, feed));
                    }

                    Append(text, random, depth > 0 ? "{[\"\"1t"[random.Next(6)] : "\"1t"[random.Next(3)], depth - 1, texts, feed);
                    text.Append(Space(random, feed));
                }

                text.Append(kind == '{' ? '}' : ']');
                break;
            case '"':
                text.Append('"').Append(texts[random.Next(texts.Length)]).Append(random.Next(3) == 0 ? texts[random.Next(texts.Length)] : "").Append('"');
                break;
            case '1':
                text.Append(random.Next(3) == 0 ? Numbers[random.Next(12)] : random.Next(30) == 0 ? Numbers[random.Next(Numbers.Length)] : random.Next().ToString(CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
        }
    }

    /// <summary>Of arrays that mostly are as models have them.</summary>
    public static void AppendNumber(StringBuilder text, Random random) =>
        text.Append(random.Next(12) switch
        {
            < 5 => random.Next(random.Next(2) == 0 ? 10 : 100_000).ToString(CultureInfo.InvariantCulture),
            < 9 => (random.NextDouble() - 0.5).ToString(random.Next(2) == 0 ? "0.0000" : "0.0##############", CultureInfo.InvariantCulture),
            9 => (-random.Next()).ToString(CultureInfo.InvariantCulture),
            10 => Numbers[random.Next(10)],
            _ => random.Next(30) == 0 ? Numbers[random.Next(Numbers.Length)] : "0",
        });

    private static string Space(Random random, string feed) => random.Next(9) switch { 0 => " ", 1 => "  ", 2 => "\t", 3 => feed, _ => "" };
}
