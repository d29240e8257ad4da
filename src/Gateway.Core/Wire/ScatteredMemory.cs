namespace Gateway.Core.Wire;

/// <summary>Reads part of the artifact's byte stream: fills the memory from this offset on.</summary>
public delegate ValueTask ReadBytes(long offset, ScatteredMemory into, CancellationToken cancellationToken);

/// <summary>Memory for bytes in a row that lies in equal parts, apart from each other: the symbols of a block inside its datagrams.</summary>
public readonly record struct ScatteredMemory
{
    /// <param name="memory">From the first byte of the first part to the last of the last.</param>
    /// <param name="stride">Bytes from one part to the next.</param>
    /// <param name="partBytes">Bytes of a part; the last may be shorter.</param>
    public ScatteredMemory(Memory<byte> memory, int stride, int partBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, partBytes);
        (Memory, Stride, PartBytes) = (memory, stride, partBytes);
        Parts = (memory.Length + stride - 1) / stride;
        Length = Parts == 0 ? 0 : (Parts - 1) * partBytes + Math.Min(partBytes, memory.Length - (Parts - 1) * stride);
    }

    /// <summary>From the first byte of the first part to the last of the last.</summary>
    public Memory<byte> Memory { get; }

    /// <summary>Bytes from one part to the next.</summary>
    public int Stride { get; }

    /// <summary>Bytes of a part; the last may be shorter.</summary>
    public int PartBytes { get; }

    /// <summary>How many parts.</summary>
    public int Parts { get; }

    /// <summary>Bytes in all parts.</summary>
    public int Length { get; }

    /// <summary>Bytes of one part.</summary>
    public int LengthOf(int part) => part < Parts - 1 ? PartBytes : Length - part * PartBytes;

    /// <summary>Fills it from bytes in a row, exactly as many.</summary>
    public void CopyFrom(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        for (var part = 0; part < Parts; part++)
        {
            bytes.Slice(part * PartBytes, LengthOf(part)).CopyTo(Memory.Span[(part * Stride)..]);
        }
    }
}

/// <summary>Where bytes of a stream come from.</summary>
public static class ByteSource
{
    /// <summary>The stream is in memory.</summary>
    public static ReadBytes Of(ReadOnlyMemory<byte> bytes) => (offset, into, _) =>
    {
        into.CopyFrom(bytes.Span.Slice((int)offset, into.Length));
        return ValueTask.CompletedTask;
    };
}
