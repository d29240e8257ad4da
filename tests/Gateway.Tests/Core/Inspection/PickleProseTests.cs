using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>The other half of finding pickles without magic: what people write is none.</summary>
public sealed class PickleProseTests
{
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

    /// <summary>Lists of words begin with the letters of opcodes again and again.</summary>
    [Fact]
    public void Lists_of_words_are_no_pickles() =>
        Gen.String[Gen.Char['a', 'z'], 1, 8].Array[1, 60].Sample(words => AssertNoPickle(string.Join('\n', words) + "\n", "word list"), iter: 20_000);

    [Fact]
    public void Sentences_are_no_pickles() =>
        Gen.Select(Gen.Char['A', 'Z'], Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz  .,'()\n"], 1, 200]).Sample(
            (first, rest) => AssertNoPickle($"{first}{rest} and so on", "sentence"), iter: 20_000);

    private static void AssertNoPickle(string text, string from) =>
        Assert.False(Inspected.File("a.txt", Encoding.UTF8.GetBytes(text)).Codes().Contains("PICKLE_REFUSED"), $"{from}: {text}");
}
