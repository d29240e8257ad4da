using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Isolation;

/// <summary>What a service and its worker say to each other: a length in 4 bytes, little-endian, and as many bytes.</summary>
public static class Frame
{
    private const int LengthBytes = 4;

    /// <summary>Writes one and flushes.</summary>
    public static async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var length = new byte[LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        await stream.WriteAsync(length, cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads one, and not a byte more. Throws <see cref="EndOfStreamException"/> where the other side ended, and <see cref="InvalidDataException"/> for a longer one
    /// than is taken.</summary>
    public static async ValueTask<byte[]> ReadAsync(Stream stream, int maximumBytes, CancellationToken cancellationToken)
    {
        var head = new byte[LengthBytes];
        await stream.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length > (uint)maximumBytes)
        {
            throw new InvalidDataException($"a frame of {length} bytes, at most {maximumBytes} are taken");
        }

        var content = new byte[length];
        await stream.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
        return content;
    }
}
