using System.Diagnostics;
using System.Globalization;

namespace Gateway.SystemTests.Site;

/// <summary>A file system of the test's own, mounted for as long as the test takes.</summary>
internal sealed class TestDisk : IAsyncDisposable
{
    private const int NoSpaceLeft = 28;

    private readonly string? image;

    private TestDisk(string path, string? image) => (Path, this.image) = (path, image);

    public string Path { get; }

    /// <summary>A small tmpfs; null with the reason where this machine lets us mount none.</summary>
    public static Task<(TestDisk? Disk, string Objection)> TemporaryAsync(int megabytes) =>
        MountAsync(null, path => ["mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", path]);

    /// <summary>An ext4 in a file, which can be stalled; null with the reason where this machine lets us mount none.</summary>
    public static async Task<(TestDisk? Disk, string Objection)> FreezableAsync(int megabytes)
    {
        var image = System.IO.Path.GetTempFileName();
        using (var file = File.OpenWrite(image))
        {
            file.SetLength((long)megabytes << 20);
        }

        var (made, error) = await RunAsync("mkfs.ext4", "-q", "-F", image);
        return made ? await MountAsync(image, path => ["mount", "-o", "loop", image, path]) : (null, error);
    }

    /// <summary>Writes a file until nothing more fits.</summary>
    public static void Fill(string file)
    {
        using var handle = File.OpenHandle(file, FileMode.CreateNew, FileAccess.Write);
        var bytes = new byte[64 << 10];
        try
        {
            for (var at = 0L; ; at += bytes.Length)
            {
                RandomAccess.Write(handle, bytes, at);
            }
        }
        catch (IOException e) when ((e.HResult & 0xffff) == NoSpaceLeft || e.Message.Contains("No space left", StringComparison.Ordinal))
        {
            // Full: what the test wanted.
        }
    }

    /// <summary>Lets every write and flush wait for so long (fsfreeze(8)).</summary>
    public async Task StallAsync(TimeSpan time)
    {
        var (frozen, error) = await RunAsync("fsfreeze", "--freeze", Path);
        if (!frozen)
        {
            throw new InvalidOperationException(error);
        }

        try
        {
            await Task.Delay(time, TimeProvider.System, CancellationToken.None);
        }
        finally
        {
            await RunAsync("fsfreeze", "--unfreeze", Path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        var (unmounted, error) = await RunAsync("umount", Path);
        if (!unmounted)
        {
            throw new InvalidOperationException(error);
        }

        Directory.Delete(Path);
        if (image is not null)
        {
            File.Delete(image);
        }
    }

    private static async Task<(TestDisk?, string)> MountAsync(string? image, Func<string, string[]> command)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return (null, "needs root to mount a file system");
        }

        var path = Directory.CreateTempSubdirectory("gateway-disk-").FullName;
        var arguments = command(path);
        var (mounted, error) = await RunAsync(arguments[0], arguments[1..]);
        if (mounted)
        {
            return (new TestDisk(path, image), "");
        }

        Directory.Delete(path);
        return (null, error);
    }

    private static async Task<(bool Succeeded, string Error)> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            var error = await process.StandardError.ReadToEndAsync(CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            return (process.ExitCode == 0, $"{program}: {error.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (false, $"{program}: {e.Message}");
        }
    }
}
