using System.Text;

namespace Gateway.Fuzz.Guided;

/// <summary>The words and magic numbers of a format, read from inputs that hold them.</summary>
internal static class Tokens
{
    private const int ShortestWord = 3;
    private const int LongestWord = 40;
    private const int Most = 512;

    /// <summary>Characters that text must not hold, or that a message must not show: controls, an accent, a sign beyond 16 bits, directions, marks, half of a pair, an overlong form.</summary>
    private static readonly byte[][] Characters =
    [
        [0], [0x1B], [0x7F], [0xC2, 0x9B], [.. "\u00E9"u8], [.. "\U0001F600"u8], [.. "\u202E"u8], [.. "\u2066"u8], [.. "\u2028"u8], [.. "\uFEFF"u8], [0xED, 0xA0, 0x80], [0xC0, 0x80],
    ];

    /// <summary>Those that most inputs hold, and what inputs begin with.</summary>
    public static IReadOnlyList<byte[]> Of(IEnumerable<byte[]> inputs)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            foreach (var word in Words(input).Append(Text(input.AsSpan(0, Math.Min(4, input.Length)))).Append(Text(input.AsSpan(0, Math.Min(8, input.Length)))).Distinct())
            {
                counts[word] = counts.GetValueOrDefault(word) + 1;
            }
        }

        return
        [
            .. counts.Where(c => c.Key.Length > 0).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(Most)
                .Select(c => Encoding.Latin1.GetBytes(c.Key)).Concat(Enumerable.Repeat(Characters, 4).SelectMany(c => c)),
        ];
    }

    private static IEnumerable<string> Words(byte[] input)
    {
        for (var at = 0; at < input.Length; at++)
        {
            var end = at;
            while (end < input.Length && (char.IsAsciiLetterOrDigit((char)input[end]) || input[end] is (byte)'_' or (byte)'.' or (byte)'-'))
            {
                end++;
            }

            if (end - at is >= ShortestWord and <= LongestWord)
            {
                yield return Text(input.AsSpan(at, end - at));
            }

            at = end;
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
