using System.Globalization;
using System.Text;

namespace Gateway.Core.Manifests.Unicode;

/// <summary>
/// Normalization Form C (UAX #15) and canonical caseless matching (Unicode, 3.13, D145). The platform answers "is normalized" to everything where it
/// runs without ICU, and where it runs with ICU the answer changes with the version that is installed; both sides must give the same one.
/// </summary>
internal static class Normalization
{
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;
    private const int Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> Data = new(Tables.Load);

    /// <summary>True for characters that the tables know; the form of others is not known either.</summary>
    public static bool IsAssigned(Rune rune) => rune.IsAscii || Data.Value.IsAssigned(rune.Value);

    /// <summary>True for text in Form C.</summary>
    public static bool IsComposed(string text) => Ascii.IsValid(text) || Compose(text) == text;

    /// <summary>Form C of well-formed UTF-16.</summary>
    public static string Compose(string text)
    {
        var codes = Decompose(text);
        Compose(codes);
        return ToText(codes);
    }

    /// <summary>A key that is equal for texts which differ in case or normalisation only.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new List<int>(text.Length);
        foreach (var code in Decompose(text))
        {
            folded.AddRange(Data.Value.Folds.TryGetValue(code, out var fold) ? fold : [code]);
        }

        return ToText(Decompose(ToText(folded)));
    }

    private static List<int> Decompose(string text)
    {
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, codes);
        }

        Order(codes);
        return codes;
    }

    private static void Decompose(int code, List<int> codes)
    {
        if (code is >= HangulBase and < HangulBase + Syllables)
        {
            var index = code - HangulBase;
            codes.Add(LeadBase + (index / (Vowels * Tails)));
            codes.Add(VowelBase + (index % (Vowels * Tails) / Tails));
            if (index % Tails != 0)
            {
                codes.Add(TailBase + (index % Tails));
            }
        }
        else if (Data.Value.Decompositions.TryGetValue(code, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, codes);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    /// <summary>The canonical ordering algorithm: marks sink past marks of a lower class, equal classes keep their order.</summary>
    private static void Order(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var code = codes[i];
            var combining = Data.Value.ClassOf(code);
            var place = i;
            while (combining != 0 && place > 0 && Data.Value.ClassOf(codes[place - 1]) > combining)
            {
                codes[place] = codes[place - 1];
                place--;
            }

            codes[place] = code;
        }
    }

    private static void Compose(List<int> codes)
    {
        var starter = -1;
        var end = 0;
        var previousClass = 0;
        foreach (var code in codes.ToArray())
        {
            var combining = Data.Value.ClassOf(code);

            // A mark is blocked from its starter by one of the same or a higher class between them, a starter by anything.
            var adjacent = starter == end - 1;
            if (starter >= 0 && (adjacent || (previousClass < combining && previousClass != 0)) && Pair(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = end;
            }

            previousClass = combining;
            codes[end++] = code;
        }

        codes.RemoveRange(end, codes.Count - end);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
        {
            return HangulBase + ((((first - LeadBase) * Vowels) + (second - VowelBase)) * Tails);
        }

        if (first is >= HangulBase and < HangulBase + Syllables && (first - HangulBase) % Tails == 0
            && second is > TailBase and < TailBase + Tails)
        {
            return first + (second - TailBase);
        }

        return Data.Value.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static string ToText(List<int> codes)
    {
        var text = new StringBuilder(codes.Count);
        foreach (var code in codes)
        {
            text.Append(new Rune(code).ToString());
        }

        return text.ToString();
    }

    /// <summary>What generate.py writes.</summary>
    private sealed class Tables
    {
        private readonly Dictionary<int, byte> classes = [];

        /// <summary>First and last code of each gap, upwards.</summary>
        private readonly List<int> gaps = [];

        public Dictionary<int, int[]> Decompositions { get; } = [];

        public Dictionary<(int, int), int> Compositions { get; } = [];

        public Dictionary<int, int[]> Folds { get; } = [];

        public int ClassOf(int code) => classes.GetValueOrDefault(code);

        public bool IsAssigned(int code)
        {
            var index = gaps.BinarySearch(code);
            return index < 0 && ~index % 2 == 0;
        }

        public static Tables Load()
        {
            using var stream = typeof(Tables).Assembly.GetManifestResourceStream("Gateway.Core.Manifests.Unicode.normalization.txt")
                ?? throw new InvalidOperationException("The Unicode tables are not in the assembly.");
            using var reader = new StreamReader(stream);
            var tables = new Tables();
            while (reader.ReadLine() is { } line)
            {
                tables.Add(line.Split(' '));
            }

            return tables;
        }

        private void Add(string[] fields)
        {
            switch (fields[0])
            {
                case "U":
                    gaps.Add(Code(fields[1]));
                    gaps.Add(Code(fields[2]));
                    break;
                case "C":
                    foreach (var code in Between(fields))
                    {
                        classes[code] = byte.Parse(fields[3], CultureInfo.InvariantCulture);
                    }

                    break;
                case "D":
                    Decompositions[Code(fields[1])] = [Code(fields[2]), Code(fields[3])];
                    Compositions[(Code(fields[2]), Code(fields[3]))] = Code(fields[1]);
                    break;
                case "E":
                    Decompositions[Code(fields[1])] = [.. fields.Skip(2).Select(Code)];
                    break;
                case "F":
                    Folds[Code(fields[1])] = [.. fields.Skip(2).Select(Code)];
                    break;
            }
        }

        private static IEnumerable<int> Between(string[] fields) => Enumerable.Range(Code(fields[1]), Code(fields[2]) - Code(fields[1]) + 1);

        private static int Code(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
