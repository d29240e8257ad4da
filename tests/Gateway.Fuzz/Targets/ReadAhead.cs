using System.IO.Hashing;
using Gateway.Core.Inspection;

namespace Gateway.Fuzz.Targets;

/// <summary>Reads an input for verifiers that read ahead, remembers where, and can then lie about one bit of it.</summary>
internal sealed class ReadAhead(byte[] input)
{
    private readonly ContentReader honest = Inspecting.Reader(input);
    private readonly List<(long Offset, int Bytes)> read = [];

    /// <summary>True where anything was read.</summary>
    public bool IsUsed => read.Count > 0;

    public int Read(long offset, Span<byte> into)
    {
        var bytes = honest(offset, into);
        if (bytes > 0)
        {
            read.Add((offset, bytes));
        }

        return bytes;
    }

    /// <summary>Gives one byte of those that were read otherwise than it comes; which one follows from the input.</summary>
    public ContentReader Lying()
    {
        var choice = XxHash3.HashToUInt64(input);
        var (from, length) = read[(int)(choice % (ulong)read.Count)];
        var at = from + (long)((choice >> 16) % (ulong)length);
        return (offset, into) =>
        {
            var bytes = honest(offset, into);
            if (at >= offset && at < offset + bytes)
            {
                into[(int)(at - offset)] ^= (byte)(1 << (int)(choice >> 61));
            }

            return bytes;
        };
    }
}
