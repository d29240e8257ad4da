using System.Diagnostics;
using System.Net.Sockets;
using Gateway.Core;
using Xunit;

namespace Gateway.SystemTests.BadInput;

/// <summary>Directories that must not be submitted: `gateway submit` says no before a byte leaves the machine.</summary>
[Collection(nameof(BothSides))]
public sealed class SourceDirectoryTests(BothSides sides)
{
    [Theory]
    [InlineData("a\\b.txt")]
    [InlineData("a\u0001.txt")]
    [InlineData("two\nlines.txt")]
    [InlineData("gpj\u202Etxt.txt")]
    [InlineData("cafe\u0301.txt")]
    [InlineData("_SUCCESS")]
    [InlineData("Current/rows.txt")]
    [InlineData(".gateway/x.txt")]
    [InlineData("dot.")]
    [InlineData(" space.txt")]
    public async Task A_path_that_cannot_be_carried_safely(string path) =>
        await RefusedAsync(RefusalCode.PathInvalid, sides.Source(("good.txt", "good\n"), (path, "bad\n")));

    [Fact]
    public async Task A_path_that_is_not_UTF_8()
    {
        var source = sides.Source(("good.txt", "good\n"));
        await RunAsync("/bin/sh", "-c", "touch \"$0/$(printf 'bad\\377.txt')\"", source);
        await RefusedAsync(RefusalCode.PathInvalid, source);
        await RunAsync("rm", "-r", source);
    }

    [Theory]
    [InlineData("README.md", "readme.MD")]
    [InlineData("\u00c9t\u00e9.txt", "\u00e9t\u00e9.txt")]
    [InlineData("Data", "data/rows.txt")]
    public async Task Two_paths_that_some_file_systems_cannot_tell_apart(string first, string second) =>
        await RefusedAsync(RefusalCode.PathCollision, sides.Source((first, "1\n"), (second, "2\n")));

    [Theory]
    [InlineData("link to a file")]
    [InlineData("link to a directory")]
    [InlineData("link to nothing")]
    [InlineData("pipe")]
    [InlineData("socket")]
    public async Task An_entry_that_is_no_file(string kind)
    {
        var source = sides.Source(("good.txt", "good\n"));
        var entry = Path.Combine(source, "entry.txt");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        switch (kind)
        {
            case "link to a file": File.CreateSymbolicLink(entry, "good.txt"); break;
            case "link to a directory": Directory.CreateSymbolicLink(entry, "/etc"); break;
            case "link to nothing": File.CreateSymbolicLink(entry, "nowhere"); break;
            case "pipe": await RunAsync("mkfifo", entry); break;
            default: socket.Bind(new UnixDomainSocketEndPoint(entry)); break;
        }

        await RefusedAsync(RefusalCode.NotRegularFile, source);
    }

    [Fact]
    public Task A_device() => RefusedAsync(RefusalCode.NotRegularFile, "/dev/zero");

    [Fact]
    public async Task A_link_in_the_place_of_the_directory()
    {
        var link = sides.Source() + "-link";
        Directory.CreateSymbolicLink(link, sides.Source(("good.txt", "good\n")));
        await RefusedAsync(RefusalCode.NotRegularFile, link);
    }

    [Fact]
    public Task A_directory_without_files() => RefusedAsync(RefusalCode.NoFiles, sides.Source());

    [Fact]
    public Task A_directory_of_which_everything_is_excluded() =>
        RefusedAsync(RefusalCode.NoFiles, sides.Source(("a.txt", "a\n"), ("b/c.txt", "c\n")), "--exclude", "*.txt");

    [Fact]
    public async Task A_file_that_changes_while_it_is_uploaded()
    {
        var source = sides.Source(("a.txt", "a\n"), ("changing.txt", "one\n"));
        var changing = Path.Combine(source, "changing.txt");
        var name = BothSides.NewName();
        await using (var submit = sides.Low.StartGateway("alice", BothSides.Arguments(source, name)))
        {
            // Without a pause, so that it changes after the directory was walked and before its bytes are read, whenever that is.
            for (var change = 1; !submit.HasExited; change++)
            {
                File.SetLastWriteTimeUtc(changing, DateTime.UnixEpoch.AddSeconds(change));
                await Task.Yield();
            }

            var result = new Site.GatewayResult(await submit.ExitAsync(Site.HighSite.Patience), submit.StandardOutput, submit.StandardError);
            await sides.AssertRefusedAsync(RefusalCode.FileChanged, result);
        }

        // The way out that it names works: what it had staged is in nobody's way.
        var again = await sides.SubmitAsync("alice", source, name);
        Assert.True(again.Code == 0, again.Error);
    }

    private async Task RefusedAsync(RefusalCode code, string source, params string[] more)
    {
        var name = BothSides.NewName();
        await sides.AssertRefusedAsync(code, await sides.SubmitAsync("alice", source, name, more));
        Assert.Null(await sides.FindAsync(name));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
