using CsCheck;
using Gateway.Core;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class CheckedGroupsTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Most = 100;

    private static readonly Gen<byte[]> Content = Gen.Byte.Array[1, Most];

    [Fact]
    public void Text_gives_the_bytes_back_and_has_the_length_that_was_told() =>
        Content.Sample(bytes =>
        {
            var text = CheckedGroups.Write(bytes);
            Assert.Equal(CheckedGroups.SymbolsOf(bytes.Length), text.Count(c => c != '-'));
            Assert.All(text.Split('-').SkipLast(1), group => Assert.Equal(CheckedGroups.GroupSymbols, group.Length));
            Assert.Equal(bytes, Value(text));
        });

    [Fact]
    public void Case_look_alikes_spaces_and_hyphens_change_nothing() =>
        Gen.Select(Content, Gen.Int[0, int.MaxValue]).Sample((bytes, seed) =>
        {
            var random = new Random(seed);
            var typed = string.Concat(CheckedGroups.Write(bytes).Where(c => c != '-').Select(c => Pick(random, c switch
            {
                '0' => ["0", "o", "O"],
                '1' => ["1", "i", "I", "l", "L"],
                _ => [$"{c}", $"{char.ToLowerInvariant(c)}"],
            }) + Pick(random, ["", "", "", " ", "-", "\n", "\t", "\u2013"])));
            Assert.Equal(bytes, Value(typed));
        });

    [Fact]
    public void One_mistyped_character_is_found_and_its_group_named() =>
        Gen.Select(Content, Gen.Int[0, 1 << 20], Gen.Int[1, 31]).Sample((bytes, where, by) =>
        {
            var text = CheckedGroups.Write(bytes);
            var at = Place(text, where);
            var typed = text[..at] + Alphabet[(Alphabet.IndexOf(text[at], StringComparison.Ordinal) + by) % 32] + text[(at + 1)..];
            AssertNamed(typed, at);
        });

    [Fact]
    public void Two_characters_that_changed_places_in_a_group_are_found_and_the_group_named() =>
        Gen.Select(Content, Gen.Int[0, 1 << 20], Gen.Int[1, 5]).Sample((bytes, where, distance) =>
        {
            var text = CheckedGroups.Write(bytes);
            var at = Place(text, where);
            var other = at + distance;
            if (other >= text.Length || text.AsSpan(at, distance + 1).Contains('-') || text[at] == text[other])
            {
                return;
            }

            var typed = text.ToCharArray();
            (typed[at], typed[other]) = (typed[other], typed[at]);
            AssertNamed(new string(typed), at);
        });

    [Fact]
    public void A_character_that_no_code_has_is_found_and_its_group_named() =>
        Gen.Select(Content, Gen.Int[0, 1 << 20], Gen.Int[0, 5].Select(i => "Uu*?é٣"[i])).Sample((bytes, where, wrong) =>
        {
            var text = CheckedGroups.Write(bytes);
            var at = Place(text, where);
            AssertNamed(text[..at] + wrong + text[(at + 1)..], at);
        });

    [Fact]
    public void A_group_that_is_missing_doubled_or_out_of_place_is_found() =>
        Gen.Select(Gen.Byte.Array[40, Most - 10], Gen.Int[0, 1 << 20], Gen.Int[0, 2]).Sample((bytes, where, what) =>
        {
            var groups = CheckedGroups.Write(bytes).Split('-').ToList();
            var at = where % (groups.Count - 2);
            switch (what)
            {
                case 0:
                    groups.RemoveAt(at);
                    break;
                case 1:
                    groups.Insert(at, groups[at]);
                    break;
                default:
                    (groups[at], groups[at + 1]) = (groups[at + 1], groups[at]);
                    break;
            }

            var named = Refused(string.Join(' ', groups)).Detail;
            Assert.Contains($"group {at + (what == 1 ? 2 : 1)}", named, StringComparison.Ordinal);
        });

    [Fact]
    public void A_group_with_a_character_too_few_or_too_many_is_named_alone()
    {
        var groups = CheckedGroups.Write(new byte[60]).Split('-');
        Assert.Equal("group 3, \"00002\", has 5 characters instead of 6", Refused(string.Join('-', [.. groups[..2], groups[2][1..], .. groups[3..]])).Detail);
        Assert.Equal("group 4, \"0000030\", has 7 characters instead of 6", Refused(string.Join('-', [.. groups[..3], groups[3] + "0", .. groups[4..]])).Detail);
    }

    [Fact]
    public void Each_text_is_the_only_one_for_its_bytes() =>
        Gen.Select(Content, Gen.Int[1, 6]).Sample((bytes, cut) =>
        {
            var text = CheckedGroups.Write(bytes);
            if (CheckedGroups.Read(text[..^Math.Min(cut, text.Length)], Most).Succeeded(out var fewer, out _))
            {
                Assert.Equal(text[..^cut].TrimEnd('-'), CheckedGroups.Write(fewer));
            }
        });

    [Theory]
    [InlineData("")]
    [InlineData("-- -")]
    [InlineData("0")]
    public void What_is_no_text_is_refused(string text) => Refused(text);

    [Fact]
    public void What_is_longer_than_any_is_refused_before_it_is_looked_at()
    {
        Refused(new string('0', CheckedGroups.SymbolsOf(Most) + 1));
        Refused(new string(' ', 1 << 20));
    }

    private static int Place(string text, int where)
    {
        var symbols = Enumerable.Range(0, text.Length).Where(at => text[at] != '-').ToList();
        return symbols[where % symbols.Count];
    }

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];

    private static byte[] Value(string text)
    {
        Assert.True(CheckedGroups.Read(text, Most).Succeeded(out var bytes, out var refusal), $"{refusal}");
        return bytes;
    }

    private static Refusal Refused(string text)
    {
        var refusal = Assert.IsType<Refusal>(CheckedGroups.Read(text, Most).Refusal);
        Assert.Equal(RefusalCode.RepairCodeDamaged, refusal.Code);
        return refusal;
    }

    private static void AssertNamed(string typed, int at)
    {
        var group = typed.AsSpan(0, at).Count('-');
        Assert.Equal($"group {group + 1}, \"{typed.Split('-')[group]}\"", Refused(typed).Detail);
    }
}
