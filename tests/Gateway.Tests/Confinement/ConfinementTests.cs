using System.Diagnostics;
using System.Runtime.InteropServices;
using Gateway.Inspector.Confinement;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Confinement;

/// <summary>A process that is confined as a worker is tries what one that was taken over would.</summary>
public sealed class ConfinementTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly string content;
    private readonly string other;

    public ConfinementTests()
    {
        content = Directory.CreateDirectory(Path.Combine(directory.Path, "transfer")).FullName;
        other = Directory.CreateDirectory(Path.Combine(directory.Path, "other")).FullName;
        File.WriteAllText(Path.Combine(content, "a.txt"), "of this transfer");
        File.WriteAllText(Path.Combine(other, "b.txt"), "of another");
        Assert.SkipUnless(
            Landlock.Version() > 0 && RuntimeInformation.ProcessArchitecture == Architecture.X64 && SystemCallFilter.IsAvailable,
            "the kernel has no Landlock, or seccomp's filter is not known for this processor");
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public void It_reads_its_own_transfer() => Assert.Equal("confined done", Probe("read", Path.Combine(content, "a.txt")));

    [Theory]
    [InlineData("read", "other/b.txt")]
    [InlineData("list", "other")]
    [InlineData("write", "other/c.txt")]
    [InlineData("write", "transfer/c.txt")]
    [InlineData("write", "transfer/a.txt")]
    [InlineData("delete", "transfer/a.txt")]
    public void It_reads_and_writes_nothing_else(string attempt, string path)
    {
        Assert.Equal("confined refused", Probe(attempt, Path.Combine(directory.Path, path)));
        Assert.Equal("of this transfer", File.ReadAllText(Path.Combine(content, "a.txt")));
    }

    [Theory]
    [InlineData("execute", "/bin/true")]
    [InlineData("call", "41")] // socket
    [InlineData("call", "57")] // fork
    [InlineData("call", "62")] // kill
    [InlineData("call", "101")] // ptrace
    [InlineData("call", "165")] // mount
    [InlineData("call", "272")] // unshare
    [InlineData("call", "310")] // process_vm_readv
    [InlineData("call", "321")] // bpf
    [InlineData("call", "425")] // io_uring_setup
    public void To_reach_others_ends_it(string attempt, string target) => Assert.Equal("confined", Probe(attempt, target));

    [Theory]
    [InlineData("112")] // setsid
    [InlineData("160")] // setrlimit
    [InlineData("291")] // epoll_create1
    public void What_it_does_not_need_is_refused(string call) => Assert.Equal("confined refused", Probe("call", call));

    [Fact]
    public void A_signal_to_others_ends_it()
    {
        using var victim = Process.Start(new ProcessStartInfo("/bin/cat") { RedirectStandardInput = true })!;
        Assert.Equal("confined", Probe("signal", victim.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.False(victim.HasExited);
        victim.Kill();
    }

    [Fact]
    public void Memory_beyond_its_limit_is_refused() => Assert.Equal("confined refused", Probe("allocate", "-"));

    [Fact]
    public void Processor_time_beyond_its_limit_ends_it() => Assert.Equal("confined", Probe("compute", "-"));

    /// <summary>What it said, in one line.</summary>
    private string Probe(params string[] attempt)
    {
        var probe = Repository.Assembly("Gateway.ConfinementProbe", "confinement-probe")[..^".dll".Length];
        using var process = Process.Start(new ProcessStartInfo(probe, ["start", content, .. attempt]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd().TrimEnd().ReplaceLineEndings(" ");
        process.WaitForExit();
        return said.Length > 0 ? said : errors.Result;
    }
}
