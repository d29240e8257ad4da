using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Core.Wire;

/// <summary>
/// Bytes as text that people copy by hand. Crockford's base32 (crockford.com/base32), most significant bit first, zero bits added up to the last symbol; after every five
/// symbols, and after the last ones, a check symbol of the same alphabet: nothing in it means anything to a shell.
/// <code>
/// check = g mod 32 + s₁·a + s₂·a² + … + s₅·a⁵ in GF(2^5), x⁵ + x² + 1, a = x; g counts groups from 0
/// </code>
/// Every factor differs and none is 0, so that one wrong symbol of a group, the check symbol included, or two that changed places, is always found; the group's number
/// finds groups that are missing, doubled or in another order. Reading takes either case, o for 0, i and l for 1, and spaces and hyphens anywhere.
/// </summary>
public static class CheckedGroups
{
    /// <summary>Symbols of a full group, the check symbol included.</summary>
    public const int GroupSymbols = 6;

    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Field = 32;
    private const int Modulus = 0b100101;
    private const int Unknown = -1;

    // What is typed may be spaced out, but is no text of any length.
    private const int MaximumTypedPerSymbol = 4;
    private const int MostNamed = 4;

    /// <summary>Symbols that so many bytes take, check symbols included.</summary>
    public static int SymbolsOf(int bytes) => bytes == 0 ? 0 : DataSymbolsOf(bytes) + ((DataSymbolsOf(bytes) - 1) / (GroupSymbols - 1)) + 1;

    /// <summary>The bytes as groups with hyphens between them.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (group, check, held, bits, at) = (0, 0, 0, 0, 0);
        for (var symbols = DataSymbolsOf(bytes.Length); symbols > 0; symbols--)
        {
            if (bits < 5)
            {
                held = (held << 8) | (at < bytes.Length ? bytes[at] : 0);
                (at, bits) = (at + 1, bits + 8);
            }

            var symbol = (held >> (bits - 5)) & (Field - 1);
            bits -= 5;
            held &= (1 << bits) - 1;
            var place = text.Length % (GroupSymbols + 1);
            if (place == 0)
            {
                check = group % Field;
            }

            text.Append(Alphabet[symbol]);
            check ^= Times(symbol, place + 1);
            if (place == GroupSymbols - 2 || symbols == 1)
            {
                text.Append(Alphabet[check]);
                group++;
                if (symbols > 1)
                {
                    text.Append('-');
                }
            }
        }

        return text.ToString();
    }

    /// <summary>Reads text back. Refuses with <see cref="RefusalCode.RepairCodeDamaged"/>, naming the groups, counted from 1, that are not as they were written.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="maximumBytes">Most bytes that it may stand for.</param>
    public static Outcome<byte[]> Read(string text, int maximumBytes)
    {
        if (text.Length > MaximumTypedPerSymbol * SymbolsOf(maximumBytes))
        {
            return Damaged("longer than any");
        }

        var typed = text.Split([.. text.Where(IsSeparator).Distinct()], StringSplitOptions.RemoveEmptyEntries);
        var symbols = string.Concat(typed);
        if (symbols.Length > SymbolsOf(maximumBytes))
        {
            return Damaged("longer than any");
        }

        var wrong = Enumerable.Range(0, (symbols.Length + GroupSymbols - 1) / GroupSymbols)
            .Where(group => !Fits(symbols.AsSpan(group * GroupSymbols, Math.Min(GroupSymbols, symbols.Length - (group * GroupSymbols))), group))
            .ToList();
        return wrong.Count > 0 ? Damaged(Fault(typed, symbols, wrong)) : Join(symbols);
    }

    private static int DataSymbolsOf(int bytes) => ((8 * bytes) + 4) / 5;

    private static bool IsSeparator(char c) => char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == UnicodeCategory.DashPunctuation;

    private static int ValueOf(char c) => char.ToUpperInvariant(c) switch
    {
        'O' => 0,
        'I' or 'L' => 1,
        var upper => Alphabet.IndexOf(upper, StringComparison.Ordinal) is >= 0 and var value ? value : Unknown,
    };

    /// <summary>A symbol times a^power.</summary>
    private static int Times(int symbol, int power)
    {
        for (; power > 0; power--)
        {
            symbol <<= 1;
            symbol = symbol < Field ? symbol : symbol ^ Modulus;
        }

        return symbol;
    }

    private static bool Fits(ReadOnlySpan<char> typed, int group)
    {
        var check = group % Field;
        for (var place = 0; place < typed.Length; place++)
        {
            if (ValueOf(typed[place]) is not (>= 0 and var symbol))
            {
                return false;
            }

            check ^= Times(symbol, place == typed.Length - 1 ? 0 : place + 1);
        }

        return typed.Length > 1 && check == 0;
    }

    private static Outcome<byte[]> Join(string symbols)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var (held, bits, data) = (0, 0, 0);
        for (var at = 0; at < symbols.Length; at++)
        {
            if (at % GroupSymbols == GroupSymbols - 1 || at == symbols.Length - 1)
            {
                continue;
            }

            (held, bits, data) = ((held << 5) | ValueOf(symbols[at]), bits + 5, data + 1);
            if (bits >= 8)
            {
                bits -= 8;
                bytes.GetSpan(1)[0] = (byte)(held >> bits);
                bytes.Advance(1);
                held &= (1 << bits) - 1;
            }
        }

        // One spelling for each: no symbol too many, and nothing in the bits that were added.
        return held == 0 && bytes.WrittenCount > 0 && data == DataSymbolsOf(bytes.WrittenCount) ? bytes.WrittenSpan.ToArray() : Damaged("the end is missing");
    }

    private static string Fault(string[] typed, string symbols, List<int> wrong)
    {
        // Where groups were typed one by one, one that is too long or short says more than all behind it that do not fit any more.
        if (typed.Length > 1 && Array.FindIndex(typed, t => t.Length != GroupSymbols) is >= 0 and var uneven && uneven < typed.Length - 1
            && typed.Count(t => t.Length == GroupSymbols) >= typed.Length - 2)
        {
            return $"group {uneven + 1}, \"{typed[uneven]}\", has {typed[uneven].Length} characters instead of {GroupSymbols}";
        }

        var last = (symbols.Length - 1) / GroupSymbols;
        if (wrong.Count > 2 && wrong[^1] == last && wrong[^1] - wrong[0] == wrong.Count - 1)
        {
            return $"all from group {wrong[0] + 1} on, \"{TextOf(wrong[0])}\": something there was left out or written twice";
        }

        return $"group {string.Join(" and group ", wrong.Take(MostNamed).Select(group => $"{group + 1}, \"{TextOf(group)}\""))}"
            + (wrong.Count > MostNamed ? $" and {wrong.Count - MostNamed} more" : "");

        string TextOf(int group) => symbols.Substring(group * GroupSymbols, Math.Min(GroupSymbols, symbols.Length - (group * GroupSymbols)));
    }

    private static Refusal Damaged(string what) => new(RefusalCode.RepairCodeDamaged, what);
}
