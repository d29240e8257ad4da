using System.Buffers;
using CsCheck;
using Gateway.Core;
using Gateway.Hosting.Calls;
using Gateway.Low.Submit;
using Gateway.Protocol.Low.V1;
using Google.Protobuf;
using Xunit;

namespace Gateway.Tests.Low.Submit;

/// <summary>The service's own reader of upload messages says what the generated one says.</summary>
public sealed class UploadWireTests
{
    [Fact]
    public void Every_message_that_the_generated_code_writes_is_read_alike_however_its_bytes_are_cut() =>
        Gen.Select(Gen.String[0, 40], Gen.Long, Gen.Byte.Array[0, 300], Gen.Int[1, 64]).Sample((name, offset, data, cut) =>
        {
            var written = new UploadTransferRequest { Name = name, Offset = offset, Data = ByteString.CopyFrom(data) };
            var read = UploadWire.Read(InPieces(written.ToByteArray(), cut));
            Assert.Equal(UploadTransferRequest.Parser.ParseFrom(written.ToByteArray()), read);
            UploadWire.Release(read);
        });

    [Fact]
    public void Noise_is_read_as_the_generated_reader_does_or_refused_and_nothing_else() =>
        Gen.Byte.Array[0, 60].Sample(
            noise =>
            {
                if (Read(noise) is { } read)
                {
                    // What was taken is a message of ours; fields that are unknown are dropped here and kept there.
                    var generated = UploadTransferRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(noise);
                    Assert.Equal(generated, read);
                }
            },
            iter: 20_000);

    [Fact]
    public void A_message_cut_at_any_byte_never_gives_more_than_came()
    {
        var whole = new UploadTransferRequest { Name = "transfers/x", Offset = 70_000, Data = ByteString.CopyFrom(new byte[200]) }.ToByteArray();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.InRange(Read(whole[..length])?.Data.Length ?? 0, 0, 0);
        }
    }

    [Fact]
    public void Fields_of_a_later_version_are_left_out()
    {
        byte[] later = [0x20, 0x96, 0x01, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x32, 2, 9, 9, 0x3d, 1, 2, 3, 4];
        var message = new UploadTransferRequest { Offset = 5, Data = ByteString.CopyFromUtf8("abc") };
        Assert.Equal(message, Read([.. later, .. message.ToByteArray(), .. later]));
    }

    [Fact]
    public void The_last_of_two_data_fields_counts()
    {
        var first = new UploadTransferRequest { Data = ByteString.CopyFromUtf8("first") }.ToByteArray();
        var second = new UploadTransferRequest { Data = ByteString.CopyFromUtf8("second") }.ToByteArray();
        Assert.Equal("second", Read([.. first, .. second])!.Data.ToStringUtf8());
    }

    [Fact]
    public void A_part_over_the_stated_size_is_refused_without_a_copy()
    {
        var large = new UploadTransferRequest { Data = ByteString.CopyFrom(new byte[Upload.MaximumPartBytes + 1]) };
        var refused = Assert.Throws<RefusedException>(() => UploadWire.Read(InPieces(large.ToByteArray(), 4096)));
        Assert.Equal(RefusalCode.RequestInvalid, refused.Refusal.Code);
    }

    [Fact]
    public void Released_data_is_gone_from_its_message_and_may_be_released_again()
    {
        var message = Read(new UploadTransferRequest { Data = ByteString.CopyFromUtf8("bytes") }.ToByteArray())!;
        UploadWire.Release(message);
        Assert.True(message.Data.IsEmpty);
        UploadWire.Release(message);
    }

    private static UploadTransferRequest? Read(byte[] bytes)
    {
        try
        {
            return UploadWire.Read(new ReadOnlySequence<byte>(bytes));
        }
        catch (RefusedException e)
        {
            Assert.Equal(RefusalCode.RequestInvalid, e.Refusal.Code);
            return null;
        }
    }

    private static ReadOnlySequence<byte> InPieces(byte[] bytes, int size)
    {
        var first = new Piece(ReadOnlyMemory<byte>.Empty, 0);
        var last = first;
        for (var at = 0; at < bytes.Length; at += size)
        {
            last = last.Then(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long runningIndex) => (Memory, RunningIndex) = (memory, runningIndex);

        public Piece Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
