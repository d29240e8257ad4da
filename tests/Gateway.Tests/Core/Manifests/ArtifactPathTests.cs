using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Manifests.Unicode;
using Gateway.Tests.Core.Trust;
using Xunit;

namespace Gateway.Tests.Core.Manifests;

public sealed class ArtifactPathTests
{
    [Fact]
    public void Paths_are_accepted_or_refused_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("paths/paths.json"))
        {
            var refusal = ArtifactPath.Parse(vector.Text("path")).Refusal;
            Assert.Equal($"{vector.Text("name")}: {vector.Text("expect")}", $"{vector.Text("name")}: {refusal?.Name ?? "accepted"}");
        }
    }

    [Fact]
    public void Lone_surrogates_and_null_are_refused()
    {
        Assert.Equal(RefusalCode.PathInvalid, TrustedSite.CodeOf(ArtifactPath.Parse("a\ud800b")));
        Assert.Equal(RefusalCode.PathInvalid, TrustedSite.CodeOf(ArtifactPath.Parse("a\udc00")));
        Assert.Equal(RefusalCode.PathInvalid, TrustedSite.CodeOf(ArtifactPath.Parse(null)));
    }

    [Fact]
    public void Collisions_are_found_as_the_vectors_say()
    {
        foreach (var vector in Vectors.Cases("paths/collisions.json"))
        {
            var paths = vector.GetProperty("paths").EnumerateArray().Select(p => Path(p.GetString()!)).ToArray();
            foreach (var order in new[] { paths, [.. paths.Reverse()] })
            {
                var refusal = ArtifactPaths.CheckCollisions(order);
                Assert.Equal($"{vector.Text("name")}: {vector.Text("expect")}", $"{vector.Text("name")}: {refusal?.Name ?? "accepted"}");
            }
        }
    }

    [Fact]
    public void Order_is_that_of_the_vectors()
    {
        var expected = Vectors.Cases("paths/order.json").Select(v => Path(v.Text("path"))).ToArray();
        var sorted = expected.Reverse().ToArray();
        Array.Sort(sorted, ArtifactPath.Compare);
        Assert.Equal(expected, sorted);
    }

    [Fact]
    public void Order_is_that_of_the_bytes() =>
        Gen.Select(Gen.String, Gen.String).Sample((a, b) =>
        {
            if (ArtifactPath.Parse(a).Succeeded(out var left, out _) && ArtifactPath.Parse(b).Succeeded(out var right, out _))
            {
                var bytes = Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
                Assert.Equal(Math.Sign(bytes), Math.Sign(ArtifactPath.Compare(left, right)));
            }
        });

    [Fact]
    public void Normalization_follows_the_vectors()
    {
        foreach (var vector in Vectors.Cases("paths/normalization.json"))
        {
            var (text, composed) = (vector.Text("text"), vector.Text("nfc"));
            Assert.Equal(composed, Normalization.Compose(text));
            Assert.Equal(text == composed, Normalization.IsComposed(text));
            Assert.Equal(vector.Text("folded"), Normalization.Fold(text));
        }
    }

    [Fact]
    public void Normalization_ends_where_it_is_done() =>
        Gen.String.Where(s => s.EnumerateRunes().All(r => r != Rune.ReplacementChar)).Sample(text =>
            Normalization.IsComposed(Normalization.Compose(text)) && Normalization.Fold(Normalization.Fold(text)) == Normalization.Fold(text));

    /// <summary>Whatever is accepted stays below the directory that it is written to.</summary>
    [Fact]
    public void An_accepted_path_never_leaves_its_directory() =>
        Gen.String[Gen.Int[0, 7].Select(i => "./\\a \0~Ä"[i]), 0, 12].Sample(text =>
            !ArtifactPath.Parse(text).Succeeded(out var path, out _)
            || System.IO.Path.GetFullPath(System.IO.Path.Combine("/staging/tree", path.Value)) == "/staging/tree/" + path.Value);

    private static ArtifactPath Path(string text) => TrustedSite.Value(ArtifactPath.Parse(text));
}
