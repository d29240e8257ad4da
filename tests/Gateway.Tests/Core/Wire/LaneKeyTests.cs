using System.Globalization;
using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class LaneKeyTests
{
    [Fact]
    public void A_key_is_read_back_from_its_text()
    {
        var key = LaneKey.Generate();
        Assert.True(LaneKey.Parse(key.ToText()).Succeeded(out var read, out _));
        Assert.Equal((key.ToText(), key.IdFor("lane-1")), (read.ToText(), read.IdFor("lane-1")));
        Assert.NotEqual(LaneKey.Generate().ToText(), key.ToText());
    }

    [Fact]
    public void A_text_that_is_cut_changed_or_something_else_is_refused_without_repeating_it()
    {
        var text = LaneKey.Generate().ToText();
        string[] wrong = ["", "\n", text[..^3], text + "x", text.Replace("key-1", "key-2", StringComparison.Ordinal), new string('A', 70), " " + text, text.Trim() + "====", new string('\n', 200)];
        foreach (var other in wrong)
        {
            Assert.False(LaneKey.Parse(other).Succeeded(out _, out var refusal), other);
            Assert.Equal(Gateway.Core.RefusalCode.KeyInvalid, refusal.Code);
            Assert.DoesNotContain(text[20..50], refusal.ToString(), StringComparison.Ordinal);
        }

        Gen.String.Sample(any => Assert.False(LaneKey.Parse(any).Succeeded(out _, out _)));
    }

    [Fact]
    public void Keys_tags_and_codes_follow_the_vectors()
    {
        foreach (var vector in Vectors.Cases("wire/lane-keys.json"))
        {
            Assert.True(LaneKey.Parse(vector.Text("text")).Succeeded(out var key, out _));
            var lane = vector.Text("lane");
            Assert.Equal(uint.Parse(vector.Text("id"), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), key.IdFor(lane));

            var code = new byte[8];
            key.Vouch(lane, "repair", "content"u8, code);
            Assert.Equal(vector.Text("vouched"), Convert.ToHexStringLower(code));

            var sealedBytes = Convert.FromHexString(vector.Text("datagram"));
            using var gate = new DatagramGate(lane, [key], []);
            Assert.Equal(DatagramFault.None, gate.Take(sealedBytes, out var datagram, out _));
            Assert.Equal((3u, 5UL), (datagram.Epoch, datagram.Counter));
        }
    }
}
