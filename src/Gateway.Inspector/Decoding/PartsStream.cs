using Gateway.Core.Inspection;

namespace Gateway.Inspector.Decoding;

/// <summary>A range of a file.</summary>
/// <param name="Begin">Its first byte.</param>
/// <param name="Bytes">Its length.</param>
internal readonly record struct FilePart(long Begin, long Bytes);

/// <summary>Shows a decoder parts of a file as if nothing lay between them. Which parts may change while it is open.</summary>
internal sealed class PartsStream(ContentReader read) : Stream
{
    /// <summary>Bytes read ahead: decoders read headers byte by byte.</summary>
    private const int AheadBytes = 16 << 10;

    private readonly byte[] ahead = new byte[AheadBytes];
    private FilePart[] parts = [];
    private long length;
    private long aheadAt;
    private int aheadBytes;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    /// <summary>Shows these parts, one behind the other, from the first byte on.</summary>
    public void Show(params FilePart[] shown)
    {
        parts = shown;
        length = shown.Sum(p => p.Bytes);
        Position = 0;
        aheadBytes = 0;
    }

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Clamp(length - Position, 0, buffer.Length)];
        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (buffer.Length >= AheadBytes)
        {
            return Advance(Fill(buffer, Position));
        }

        if (Position < aheadAt || Position >= aheadAt + aheadBytes)
        {
            aheadAt = Position;
            aheadBytes = Fill(ahead.AsSpan(0, (int)Math.Min(AheadBytes, length - Position)), Position);
        }

        var held = ahead.AsSpan((int)(Position - aheadAt), (int)Math.Min(buffer.Length, aheadAt + aheadBytes - Position));
        held.CopyTo(buffer);
        return Advance(held.Length);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 1 ? one[0] : throw new EndOfStreamException("it ends early");
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => Position, _ => length };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Advance(int bytes)
    {
        Position += bytes;
        return bytes;
    }

    /// <summary>Reads what lies at a place of what is shown, up to the end of its part.</summary>
    private int Fill(Span<byte> into, long at)
    {
        foreach (var part in parts)
        {
            if (at < part.Bytes)
            {
                var got = read(part.Begin + at, into[..(int)Math.Min(into.Length, part.Bytes - at)]);
                return got > 0 ? got : throw new EndOfStreamException("it ends early");
            }

            at -= part.Bytes;
        }

        return 0;
    }
}
