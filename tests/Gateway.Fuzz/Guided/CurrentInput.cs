using System.IO.MemoryMappedFiles;

namespace Gateway.Fuzz.Guided;

/// <summary>
/// The input that is being run, in a file that outlives the process: of a process that ends without a word (a stack that overflows, a kill) it is all that is left.
/// </summary>
internal sealed class CurrentInput : IDisposable
{
    private const int HeadBytes = 16;
    private const int MaximumBytes = 1 << 20;

    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;

    public CurrentInput(string path)
    {
        file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, HeadBytes + MaximumBytes);
        view = file.CreateViewAccessor();
    }

    /// <summary>Inputs so far, by which whoever watches sees that it goes on.</summary>
    public long Executions => view.ReadInt64(0);

    public void Write(byte[] input)
    {
        var bytes = Math.Min(input.Length, MaximumBytes);
        view.Write(sizeof(long), bytes);
        view.WriteArray(HeadBytes, input, 0, bytes);
        view.Write(0, view.ReadInt64(0) + 1);
    }

    public byte[] Read()
    {
        var input = new byte[view.ReadInt32(sizeof(long))];
        view.ReadArray(HeadBytes, input, 0, input.Length);
        return input;
    }

    public void Dispose()
    {
        view.Dispose();
        file.Dispose();
    }
}
