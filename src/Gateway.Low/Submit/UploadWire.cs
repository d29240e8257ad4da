using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Gateway.Low.Submit;

/// <summary>
/// Reads the messages of an upload into buffers of the pool. The generated reader makes a new array for the bytes of each message, which at the rate of
/// an upload is most of what the service allocates, and with parts of 1 MiB all of it on the large object heap. The wire format is the same:
/// https://protobuf.dev/programming-guides/encoding/.
/// </summary>
internal static class UploadWire
{
    private const int VarintType = 0;
    private const int Fixed64Type = 1;
    private const int BytesType = 2;
    private const int Fixed32Type = 5;

    /// <summary>Longest name, in bytes: none of a transfer is longer, and one that is cannot be found anyway.</summary>
    private const int MaximumNameBytes = 1024;

    /// <summary>For the service's method; it only reads.</summary>
    public static Marshaller<UploadTransferRequest> Marshaller { get; } = Marshallers.Create<UploadTransferRequest>(
        (_, _) => throw new NotSupportedException("The service receives uploads and sends none."),
        context => Read(context.PayloadAsReadOnlySequence()));

    /// <summary>
    /// Reads a message; <see cref="Release"/> gives its buffer back. Refuses with <see cref="RefusalCode.RequestInvalid"/> what is no such message, and
    /// data over <see cref="Upload.MaximumPartBytes"/>.
    /// </summary>
    public static UploadTransferRequest Read(in ReadOnlySequence<byte> payload)
    {
        var message = new UploadTransferRequest();
        try
        {
            var reader = new SequenceReader<byte>(payload);
            while (!reader.End)
            {
                var key = Varint(ref reader);
                switch ((key >> 3, (int)(key & 7)))
                {
                    case (UploadTransferRequest.NameFieldNumber, BytesType):
                        message.Name = Text(Bytes(ref reader, MaximumNameBytes, "name"));
                        break;
                    case (UploadTransferRequest.OffsetFieldNumber, VarintType):
                        message.Offset = unchecked((long)Varint(ref reader));
                        break;
                    case (UploadTransferRequest.DataFieldNumber, BytesType):
                        Release(message);
                        message.Data = Pooled(Bytes(ref reader, Upload.MaximumPartBytes, "data"));
                        break;
                    case (0, _):
                        throw Malformed();
                    case var (_, type):
                        Skip(ref reader, type);
                        break;
                }
            }

            return message;
        }
        catch
        {
            Release(message);
            throw;
        }
    }

    /// <summary>Gives the buffer of a message's data back; the message has no data afterwards.</summary>
    public static void Release(UploadTransferRequest message)
    {
        var data = message.Data;
        message.Data = ByteString.Empty;
        if (!data.IsEmpty && MemoryMarshal.TryGetArray(data.Memory, out var segment))
        {
            ArrayPool<byte>.Shared.Return(segment.Array!);
        }
    }

    private static ByteString Pooled(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return ByteString.Empty;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)bytes.Length);
        bytes.CopyTo(buffer);
        return UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, (int)bytes.Length));
    }

    private static string Text(in ReadOnlySequence<byte> bytes)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed();
        }
    }

    private static ReadOnlySequence<byte> Bytes(ref SequenceReader<byte> reader, int most, string field)
    {
        var length = Varint(ref reader);
        if (length > (ulong)reader.Remaining)
        {
            throw Malformed();
        }

        if (length > (ulong)most)
        {
            throw new Refusal(RefusalCode.RequestInvalid, $"{field}: at most {most} bytes in one message").ToRpcException();
        }

        var bytes = reader.UnreadSequence.Slice(0, (long)length);
        reader.Advance((long)length);
        return bytes;
    }

    private static ulong Varint(ref SequenceReader<byte> reader)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var part))
            {
                throw Malformed();
            }

            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    /// <summary>Fields of a later version are left out, as the generated reader does; groups have no place in this schema.</summary>
    private static void Skip(ref SequenceReader<byte> reader, int type)
    {
        var length = type switch
        {
            VarintType => Varint(ref reader) & 0,
            Fixed64Type => 8UL,
            Fixed32Type => 4UL,
            BytesType => Varint(ref reader),
            _ => throw Malformed(),
        };
        if (length > (ulong)reader.Remaining)
        {
            throw Malformed();
        }

        reader.Advance((long)length);
    }

    private static RefusedException Malformed() => new Refusal(RefusalCode.RequestInvalid, "not an upload message").ToRpcException();
}
