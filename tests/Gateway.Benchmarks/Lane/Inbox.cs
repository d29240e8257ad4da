namespace Gateway.Benchmarks.Lane;

/// <summary>
/// Where files arrive, and the memory that they land on. The host of a virtual machine takes free memory back, and the first touch of a page after that costs
/// microseconds, many times what is written to it: a receiver would be measured by its hypervisor. So the memory of one crossing is held in a file beside, and is free only
/// when that crossing begins. Every contender that writes a file is given the same.
/// </summary>
internal sealed class Inbox
{
    /// <summary>Bytes written at a time.</summary>
    private const int ChunkBytes = 1 << 20;

    private readonly string held;
    private readonly long bytes;

    /// <param name="directory">A tmpfs.</param>
    /// <param name="bytes">Bytes of the files that arrive in one crossing.</param>
    public Inbox(string directory, long bytes)
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(directory, "inbox")).FullName;
        (held, this.bytes) = (System.IO.Path.Combine(directory, "held"), bytes);
    }

    /// <summary>The directory.</summary>
    public string Path { get; }

    /// <summary>Takes the memory that the next crossing needs, and touches it.</summary>
    public void HoldMemory()
    {
        using var file = File.Create(held);
        var chunk = new byte[ChunkBytes];
        for (long at = 0; at < bytes; at += chunk.Length)
        {
            file.Write(chunk);
        }
    }

    /// <summary>The crossing begins.</summary>
    public void GiveMemory() => File.Delete(held);

    /// <summary>Removes what arrived.</summary>
    public void Clear()
    {
        foreach (var left in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
        {
            File.Delete(left);
        }
    }
}
