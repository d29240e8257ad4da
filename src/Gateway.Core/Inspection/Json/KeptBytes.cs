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
        Grow(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>The bytes and one more behind them, which is not kept.</summary>
    public ReadOnlySpan<byte> EndedBy(byte last)
    {
        Grow(1);
        buffer[Length] = last;
        return buffer.AsSpan(0, Length + 1);
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

    private void Grow(int count)
    {
        if (buffer.Length - Length >= count)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * buffer.Length, Length + count));
        Span.CopyTo(larger);
        Return();
        buffer = larger;
    }

    private void Return()
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
