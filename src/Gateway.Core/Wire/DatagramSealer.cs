using System.Buffers.Binary;

namespace Gateway.Core.Wire;

/// <summary>Gives datagrams their sequence and, with a key, the tag behind them. One for each thread that seals; they share the lane's <see cref="LaneSequence"/>.</summary>
public sealed class DatagramSealer : IDisposable
{
    private readonly uint keyId;
    private readonly uint epoch;
    private readonly DatagramCode? code;

    /// <param name="lane">Id of the lane.</param>
    /// <param name="key">Its key; null where it is not authenticated.</param>
    /// <param name="sequence">Where the counters come from.</param>
    public DatagramSealer(string lane, LaneKey? key, LaneSequence sequence)
    {
        (Sequence, epoch) = (sequence, sequence.Epoch);
        if (key is null)
        {
            return;
        }

        Span<byte> derived = stackalloc byte[LaneKey.Bytes];
        key.Derive(lane, derived);
        keyId = key.IdFor(lane);
        code = new(derived);
    }

    /// <summary>Where the counters come from.</summary>
    public LaneSequence Sequence { get; }

    /// <summary>Bytes behind each datagram's symbol.</summary>
    public int TagBytes => code is null ? 0 : Datagram.TagBytes;

    /// <summary>Writes key id, epoch and counter into the header, and the tag into the last <see cref="TagBytes"/> bytes.</summary>
    /// <param name="datagram">Header, symbol and room for the tag.</param>
    /// <param name="counter">A number that <see cref="LaneSequence.Take"/> gave, used once.</param>
    public void Seal(Span<byte> datagram, ulong counter)
    {
        BinaryPrimitives.WriteUInt32BigEndian(datagram[Datagram.SequenceOffset..], keyId);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[(Datagram.SequenceOffset + 4)..], epoch);
        BinaryPrimitives.WriteUInt64BigEndian(datagram[(Datagram.SequenceOffset + 8)..], counter);
        code?.Compute(epoch, counter, datagram[..^Datagram.TagBytes], datagram[^Datagram.TagBytes..]);
    }

    public void Dispose() => code?.Dispose();
}
