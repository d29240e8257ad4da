using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The other half of finding pickles without magic: what people write is none.</summary>
public sealed class PickleProseTests
{
    private static readonly Gen<string> Word = Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 8], Gen.Int[0, 6], (word, shape) => shape switch
    {
        0 => $"{word},",
        1 => $"{word}.",
        2 => $"({word})",
        3 => $"'{word}'",
        4 => $"{word}()",
        _ => word,
    });

    [Fact]
    public void This_repositorys_own_text_is_no_pickle_from_any_line_on()
    {
        foreach (var file in Repository.Files("src", "*.cs").Concat(Repository.Files("protos", "*.proto")))
        {
            var text = File.ReadAllText(file);
            for (var at = 0; at >= 0 && at < text.Length; at = text.IndexOf('\n', at) is >= 0 and var end ? end + 1 : -1)
            {
                AssertNoPickle(text[at..Math.Min(text.Length, at + 2_000)], file);
            }
        }
    }

    /// <summary>
    /// Lists of words begin with the letters of opcodes again and again. One in a million of them is by chance a program that imports, and is refused as one: see
    /// <see cref="Text_that_an_unpickler_would_run_is_a_pickle"/>.
    /// </summary>
    [Fact]
    public void Lists_of_words_are_no_pickles_but_for_one_in_very_many()
    {
        var refused = 0;
        Gen.String[Gen.Char['a', 'z'], 1, 8].Array[1, 60].Sample(words => refused += IsPickle(string.Join('\n', words) + "\n") ? 1 : 0, iter: 20_000, threads: 1);
        Assert.InRange(refused, 0, 1);
    }

    /// <summary>GLOBAL and INST are all that imports among the letters.</summary>
    [Fact]
    public void Lists_of_words_without_the_letters_that_import_are_no_pickles() =>
        Gen.String[Gen.Char['a', 'z'].Where(letter => letter is not ('c' or 'i')), 1, 8].Array[1, 60].Sample(
            words => AssertNoPickle(string.Join('\n', words) + "\n", "word list"), iter: 20_000);

    /// <summary>Lines of several words each. A line of one word may be a module's name to an unpickler, and the next one what is called of it.</summary>
    [Fact]
    public void Sentences_are_no_pickles() =>
        Gen.Select(Gen.Char['A', 'Z'], Word.Array[3, 12].Select(words => string.Join(' ', words)).Array[1, 6]).Sample(
            (first, lines) => AssertNoPickle($"{first}{string.Join('\n', lines)} and so on", "sentence"), iter: 20_000);

    /// <summary>An unpickler imports ab, looks up cd and calls it, and only then stumbles: however much it looks like a text, it is a program.</summary>
    [Theory]
    [InlineData("K cab\ncd\n)R and so on")]
    [InlineData("(cab\ncd\nK o and so on")]
    [InlineData("cuuo\neik\nqocw\ns\nbh\nbsogq\nl\nimckwq\nqtlny\nb\ndj\ngicpwtyy\nahosecgz\n")]
    public void Text_that_an_unpickler_would_run_is_a_pickle(string text) =>
        Assert.Equal(["PICKLE_REFUSED"], Inspected.File("a.txt", Encoding.UTF8.GetBytes(text)).Codes());

    private static void AssertNoPickle(string text, string from) =>
        Assert.False(IsPickle(text), $"{from}: {text}");

    private static bool IsPickle(string text) => Inspected.File("a.txt", Encoding.UTF8.GetBytes(text)).Codes().Contains("PICKLE_REFUSED");
}
