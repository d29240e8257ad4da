namespace Gateway.Benchmarks.Lane;

/// <summary>A tmpfs of its own, in pages as large as the writes to it: with pages of 4 KiB, finding room for each is the largest part of writing a file.</summary>
internal sealed class TemporaryMemory : IDisposable
{
    public TemporaryMemory()
    {
        Path = Directory.CreateTempSubdirectory("gateway-lane-").FullName;
        Measured.Run("mount", "-t", "tmpfs", "-o", "huge=always,mode=700", "gateway-lane", Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        Measured.Run("umount", Path);
        Directory.Delete(Path);
    }
}
