using Gateway.Core;
using Gateway.Storage;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class DurableFilesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    [Fact]
    public void Replace_changes_the_whole_file_and_leaves_no_draft()
    {
        DurableFiles.Replace(directory["state"], "a long first version"u8);
        DurableFiles.Replace(directory["state"], "second"u8);
        Assert.Equal("second", File.ReadAllText(directory["state"]));
        Assert.Equal([directory["state"]], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void Move_carries_a_directory_and_never_over_another()
    {
        DurableFiles.CreateDirectory(directory["staged/tree/deep"]);
        DurableFiles.CreateDirectory(directory["published"]);
        DurableFiles.Move(directory["staged/tree"], directory["published/v1"]);
        Assert.True(Directory.Exists(directory["published/v1/deep"]));
        Assert.False(Directory.Exists(directory["staged/tree"]));
        Assert.Throws<IOException>(() => DurableFiles.Move(directory["staged"], directory["published/v1"]));
        Assert.Throws<IOException>(() => DurableFiles.Move(directory["missing"], directory["published/v2"]));
    }

    [Fact]
    public void Symbolic_link_swaps_in_one_step_also_from_a_dangling_draft()
    {
        Directory.CreateDirectory(directory["v1"]);
        Directory.CreateDirectory(directory["v2"]);
        DurableFiles.SwapSymbolicLink(directory["current"], "v1");
        File.CreateSymbolicLink(directory[".current.new"], "left by a crash");
        DurableFiles.SwapSymbolicLink(directory["current"], "v2");
        Assert.Equal("v2", new FileInfo(directory["current"]).LinkTarget);
        Assert.False(Path.Exists(directory[".current.new"]));
    }

    [Fact]
    public void Deleting_a_tree_does_not_follow_links()
    {
        Directory.CreateDirectory(directory["kept"]);
        directory.Write("kept/file", "x");
        Directory.CreateDirectory(directory["tree"]);
        Directory.CreateSymbolicLink(directory["tree/link"], directory["kept"]);
        DurableFiles.DeleteTree(directory["tree"]);
        DurableFiles.DeleteTree(directory["tree"]);
        Assert.True(File.Exists(directory["kept/file"]));
        Assert.False(Directory.Exists(directory["tree"]));
    }

    [Fact]
    public void Flushing_a_missing_directory_says_so() =>
        Assert.Throws<IOException>(() => DurableFiles.FlushDirectory(directory["missing"]));

    [Fact]
    public void A_storage_root_has_one_holder()
    {
        Assert.True(StorageRoot.Open(directory["root"]).Succeeded(out var root, out _));
        Assert.False(StorageRoot.Open(directory["root"]).Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal.Code);
        root.Dispose();
        Assert.True(StorageRoot.Open(directory["root"]).Succeeded(out var again, out _));
        again.Dispose();
    }

    public void Dispose() => directory.Dispose();
}
