using System.Text;
using CsCheck;
using Gateway.Cli.Terminal;
using Xunit;

namespace Gateway.Tests.Cli.Terminal;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("model-00001.safetensors", "model-00001.safetensors")]
    [InlineData("naïve 模型 🦙", "naïve 模型 🦙")]
    [InlineData("[red]no markup[/]", "[red]no markup[/]")]
    [InlineData("a\u001b[2Jb", "a\\u{1b}[2Jb")]
    [InlineData("two\nlines\r", "two\\u{a}lines\\u{d}")]
    [InlineData("safe\u202Etxt.exe", "safe\\u{202e}txt.exe")]
    [InlineData("a\u200Bb\uFEFF", "a\\u{200b}b\\u{feff}")]
    [InlineData("a\u00A0b\u2028", "a\\u{a0}b\\u{2028}")]
    [InlineData("\u009B31m", "\\u{9b}31m")]
    [InlineData("", "")]
    public void Only_what_is_plainly_visible_is_shown_as_it_is(string text, string shown) => Assert.Equal(shown, SafeText.Of(text));

    [Fact]
    public void Nothing_that_moves_a_cursor_or_reorders_text_is_left_whatever_the_text() =>
        Gen.String.Sample(text => Assert.DoesNotContain(
            SafeText.Of(text).EnumerateRunes(),
            rune => Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format));
}
