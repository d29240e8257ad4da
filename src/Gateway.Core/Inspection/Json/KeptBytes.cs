using System.Buffers;

namespace Gateway.Core.Inspection.Json;

/// <summary>The beginning of something that the end of a block cut, kept until the rest comes. Its owner bounds it.</summary>
internal sealed class KeptBytes : IDisposable
{
    private byte[] buffer = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => buffer.AsSpan(0, Length);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - Length < bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * buffer.Length, Length + bytes.Length));
            Span.CopyTo(larger);
            Return();
            buffer = larger;
        }

        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Forgets the first bytes.</summary>
    public void Drop(int count)
    {
        Span[count..].CopyTo(buffer);
        Length -= count;
    }

    public void Clear() => Length = 0;

    public void Dispose()
    {
        Return();
        buffer = [];
        Length = 0;
    }

    private void Return()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
