using System.Diagnostics;
using Gateway.Cli.Submit;
using Gateway.Core;
using Xunit;

namespace Gateway.Tests.Cli.Submit;

public sealed class ArtifactTreeTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Files_come_in_the_order_of_the_byte_stream_hidden_ones_too_and_empty_ones()
    {
        Write("b.json", "Z.txt", "a/x.txt", "a.txt", ".hidden", "\U0001F999.txt", "\uFF21.txt");

        var tree = Walk();

        // By code point: a surrogate pair sorts behind the full-width letter, which UTF-16 order would have before it.
        Assert.Equal([".hidden", "Z.txt", "a.txt", "a/x.txt", "b.json", "\uFF21.txt", "\U0001F999.txt"], tree.Files.Select(f => f.Path.Value));
        Assert.Equal(tree.Files.Count, tree.TotalBytes);
    }

    [Fact]
    public void A_single_file_is_an_artifact_of_one()
    {
        var tree = Value(ArtifactTree.Walk(directory.Write("a.npy", "x"), new PathFilter([], []), default));

        Assert.Equal("a.npy", Assert.Single(tree.Files).Path.Value);
    }

    [Fact]
    public void Version_control_is_left_out_and_said()
    {
        Write("a.txt", ".git/config", "sub/.git/HEAD");

        var tree = Walk();

        Assert.Equal("a.txt", Assert.Single(tree.Files).Path.Value);
        Assert.Equal([".git", "sub/.git"], tree.Skipped.Select(s => s.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Globs_choose_at_any_depth_and_what_they_leave_out_is_said()
    {
        Write("a.safetensors", "sub/b.safetensors", "sub/c.bin", "d.txt");

        Assert.Equal(["a.safetensors", "sub/b.safetensors"], Walk(["*.safetensors"], []).Files.Select(f => f.Path.Value));
        var without = Walk([], ["sub/**"]);
        Assert.Equal(["a.safetensors", "d.txt"], without.Files.Select(f => f.Path.Value));
        Assert.Equal(2, without.Skipped.Count);
    }

    [Fact]
    public void A_link_is_refused_even_to_a_file_of_the_artifact()
    {
        Write("a.txt");
        File.CreateSymbolicLink(directory["link.txt"], directory["a.txt"]);

        Assert.Equal(RefusalCode.NotRegularFile, Refused());
        Assert.Single(Walk([], ["link.txt"]).Files);
    }

    [Fact]
    public void A_link_to_a_directory_is_not_followed()
    {
        Write("a.txt");
        Directory.CreateSymbolicLink(directory["elsewhere"], "/etc");

        Assert.Equal(RefusalCode.NotRegularFile, Refused());
    }

    [Fact]
    public void A_pipe_is_refused_and_not_waited_for()
    {
        Write("a.txt");
        using var mkfifo = Process.Start("mkfifo", [directory["pipe"]]);
        mkfifo.WaitForExit();

        Assert.Equal(RefusalCode.NotRegularFile, Refused());
    }

    [Fact]
    public void Nothing_is_refused_as_nothing()
    {
        Assert.Equal(RefusalCode.NoFiles, Refused());
        Write("a.txt");
        Assert.Equal(RefusalCode.NoFiles, ArtifactTree.Walk(directory.Path, new PathFilter([], ["*.txt"]), default).Refusal?.Code);
    }

    [Theory]
    [InlineData("_SUCCESS")]
    [InlineData("a\u202Eb.txt")]
    [InlineData("back\\slash.txt")]
    public void A_name_that_cannot_cross_is_refused(string name)
    {
        Write(name);

        Assert.Equal(RefusalCode.PathInvalid, Refused());
    }

    [Fact]
    public void Names_that_are_one_where_case_is_folded_are_refused()
    {
        Write("Readme.md", "README.md");

        Assert.Equal(RefusalCode.PathCollision, Refused());
    }

    private static ArtifactTree Value(Outcome<ArtifactTree> outcome) =>
        outcome.Succeeded(out var tree, out var refusal) ? tree : throw new InvalidOperationException(refusal.ToString());

    private ArtifactTree Walk(string[]? include = null, string[]? exclude = null) =>
        Value(ArtifactTree.Walk(directory.Path, new PathFilter(include ?? [], exclude ?? []), default));

    private RefusalCode? Refused() => ArtifactTree.Walk(directory.Path, new PathFilter([], []), default).Refusal?.Code;

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory[name])!);
            directory.Write(name, "1");
        }
    }
}
