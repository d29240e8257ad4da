using System.Numerics;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Inspection.Json;

/// <summary>Numbers that follow one another in an array, as of tokens and embeddings.</summary>
internal static class JsonNumbers
{
    /// <summary>Bytes that are looked at together, a bit for each.</summary>
    private const int Wide = 64;

    /// <summary>Where numbers end of which the first begins at a place, in front of a comma that another value follows, or of what follows the last; -1 as of one.</summary>
    public static int Behind(ReadOnlySpan<byte> text, int at, byte feed)
    {
        while (true)
        {
            var several = Several(text, at);
            at = several > at ? several : JsonBytes.Number(text, at);
            if (at < 0 || text[at] != ',')
            {
                return at;
            }

            var next = JsonBytes.SkipSpace(text, at + 1, feed);
            if (text[next] != '-' && !char.IsAsciiDigit((char)text[next]))
            {
                return at;
            }

            at = next;
        }
    }

    /// <summary>
    /// The last comma or bracket behind numbers that are whole among the next bytes, have no exponent and nothing between them but a comma and a space; the place itself where there is none,
    /// or anything is otherwise.
    /// </summary>
    private static int Several(ReadOnlySpan<byte> text, int at)
    {
        if (text.Length - at < Wide)
        {
            return at;
        }

        var bytes = Vector512.Create(text[at..]);
        var digits = Vector512.LessThanOrEqual(bytes - Vector512.Create((byte)'0'), Vector512.Create((byte)9)).ExtractMostSignificantBits();
        var (commas, spaces, dots, signs, ends) = (Where(bytes, ','), Where(bytes, ' '), Where(bytes, '.'), Where(bytes, '-'), Where(bytes, ']'));

        // Up to the first bracket or other byte.
        var stops = ends | ~(digits | commas | spaces | dots | signs);
        var behind = (commas | ends) & unchecked(stops ^ (stops - 1));
        if (behind == 0)
        {
            return at;
        }

        var last = BitOperations.Log2(behind);
        var digitBefore = digits << 1;
        var begins = digits & ~((digits | dots) << 1);

        // Each asks for what is before it, so that of dots and signs nothing is asked behind them. A sum carries from the first digit of a fraction to what is behind its last: no dot.
        var wrong = (behind & ~digitBefore)
            | (spaces & ~(commas << 1))
            | (dots & ~digitBefore) | (dots & unchecked(digits + (dots << 1)))
            | (signs & ((digits | dots | signs) << 1))
            | (begins & Where(bytes, '0') & (digits >> 1));
        return (wrong & (ulong.MaxValue >> (Wide - 1 - last))) == 0 ? at + last : at;
    }

    private static ulong Where(Vector512<byte> bytes, char letter) => Vector512.Equals(bytes, Vector512.Create((byte)letter)).ExtractMostSignificantBits();
}
