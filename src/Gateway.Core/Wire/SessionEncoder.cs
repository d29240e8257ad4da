using System.Runtime.CompilerServices;

namespace Gateway.Core.Wire;

/// <summary>A group of blocks that is next to be sent.</summary>
/// <param name="Kind">Header or Data.</param>
/// <param name="Blocks">The blocks, at most as many as a group has room for.</param>
public readonly record struct SessionStep(DatagramKind Kind, BlockRanges Blocks);

/// <summary>
/// Turns a session into datagrams in the order in which they are sent. It knows no socket, so that a test or a demonstration can send, lose, change and repeat what it likes.
/// </summary>
public sealed class SessionEncoder
{
    /// <summary>A burst of loss, in datagrams, that any group must survive with three quarters of its parity left for random loss.</summary>
    public const int BurstDatagrams = 64;

    /// <summary>Most blocks of a header in one group: nobody vouches for a header yet, so the receiver gives it little memory.</summary>
    public const int MaximumHeaderInterleave = 8;

    private readonly SessionHeader header;
    private readonly byte[] headerBytes;
    private readonly uint laneTag;

    private SessionEncoder(SessionHeader header, byte[] headerBytes) =>
        (this.header, this.headerBytes, laneTag) = (header, headerBytes, Datagram.TagOf(header.Lane));

    /// <summary>Bytes of the header.</summary>
    public int HeaderBytes => headerBytes.Length;

    /// <summary>Prepares a session. Refuses with <see cref="RefusalCode.HeaderInvalid"/> a header that cannot cross.</summary>
    public static Outcome<SessionEncoder> Create(SessionHeader header) =>
        header.ToBytes().Succeeded(out var bytes, out var refusal) ? new SessionEncoder(header, bytes) : refusal;

    /// <summary>A heartbeat of a lane.</summary>
    public static byte[] Heartbeat(string lane, ulong newestSession, DatagramSealer sealer) =>
        Bare(Datagram.Heartbeat(Datagram.TagOf(lane), newestSession), sealer);

    /// <summary>The end mark of a session. Each is a datagram of its own, with a sequence of its own.</summary>
    public static byte[] End(string lane, ulong session, DatagramSealer sealer) => Bare(Datagram.End(Datagram.TagOf(lane), session), sealer);

    /// <summary>The end mark of this session.</summary>
    public byte[] End(DatagramSealer sealer) => End(header.Lane, header.Session, sealer);

    /// <summary>Memory for one group of this session.</summary>
    public BlockGroup NewGroup(DatagramSealer sealer) =>
        new(
            header.Geometry,
            (int)Math.Max(Math.Min(InterleaveOf(DatagramKind.Header), BlocksOf(DatagramKind.Header)), Math.Min(InterleaveOf(DatagramKind.Data), header.Blocks)),
            sealer);

    /// <summary>The header once.</summary>
    public IEnumerable<SessionStep> HeaderSteps() => StepsOf(DatagramKind.Header, BlockRanges.Between(0, BlocksOf(DatagramKind.Header)));

    /// <summary>
    /// The data with the header in its middle and at its end: the receiver that missed all copies before the data still has half of it, and the one that missed all data
    /// learns what it was.
    /// </summary>
    /// <param name="only">The blocks to send; null for all.</param>
    public IEnumerable<SessionStep> DataSteps(BlockRanges? only = null)
    {
        var blocks = only ?? BlockRanges.Between(0, header.Blocks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blocks.End, header.Blocks, nameof(only));
        var (sent, middle) = (0L, blocks.Blocks / 2);
        foreach (var step in StepsOf(DatagramKind.Data, blocks))
        {
            if (sent > 0 && sent <= middle && middle < sent + step.Blocks.Blocks)
            {
                foreach (var again in HeaderSteps())
                {
                    yield return again;
                }
            }

            yield return step;
            sent += step.Blocks.Blocks;
        }

        foreach (var step in HeaderSteps())
        {
            yield return step;
        }
    }

    /// <summary>Datagrams that a step makes.</summary>
    public long DatagramsOf(SessionStep step)
    {
        var streamBytes = step.Kind == DatagramKind.Header ? headerBytes.Length : header.TotalBytes;
        var shortened = step.Blocks.End == BlocksOf(step.Kind) ? header.Geometry.DataSymbols - header.Geometry.DataSymbolsOf(streamBytes, step.Blocks.End - 1) : 0;
        return step.Blocks.Blocks * (header.Geometry.DataSymbols + header.Geometry.ParitySymbols) - shortened;
    }

    /// <summary>Fills a group with the datagrams of a step.</summary>
    /// <param name="group">The group.</param>
    /// <param name="step">Which blocks.</param>
    /// <param name="read">Reads the artifact's byte stream.</param>
    /// <param name="packer">Packs blocks that shrink; null where all cross as they are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ValueTask FillAsync(BlockGroup group, SessionStep step, ReadBytes read, BlockPacker? packer, CancellationToken cancellationToken) =>
        step.Kind == DatagramKind.Header
            ? group.FillAsync(
                new(DatagramKind.Header, laneTag, header.Session, headerBytes.Length, ByteSource.Of(headerBytes)), step.Blocks, packer: null, cancellationToken)
            : group.FillAsync(new(DatagramKind.Data, laneTag, header.Session, header.TotalBytes, read), step.Blocks, packer, cancellationToken);

    /// <summary>The whole session with its end mark, datagram by datagram. Each is valid until the next is asked for.</summary>
    /// <param name="read">Reads the artifact's byte stream.</param>
    /// <param name="headerRepeats">Copies of the header before the data.</param>
    /// <param name="sealer">Gives the datagrams their sequence and tag.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="packer">Packs blocks that shrink; null where all cross as they are.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> DatagramsAsync(
        ReadBytes read, int headerRepeats, DatagramSealer sealer, [EnumeratorCancellation] CancellationToken cancellationToken, BlockPacker? packer = null)
    {
        var group = NewGroup(sealer);
        var offsets = new int[group.MostBlocks];
        foreach (var step in Enumerable.Repeat(HeaderSteps(), headerRepeats).SelectMany(copy => copy).Concat(DataSteps()))
        {
            await FillAsync(group, step, read, packer, cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < group.Rows; row++)
            {
                var count = group.Row(row, offsets);
                for (var i = 0; i < count; i++)
                {
                    yield return group.Bytes.Slice(offsets[i], group.DatagramBytes);
                }
            }
        }

        yield return End(sealer);
    }

    private static byte[] Bare(Datagram datagram, DatagramSealer sealer)
    {
        var bytes = new byte[Datagram.HeaderBytes + sealer.TagBytes];
        datagram.Write(bytes);
        sealer.Seal(bytes, sealer.Sequence.Take(1));
        return bytes;
    }

    private IEnumerable<SessionStep> StepsOf(DatagramKind kind, BlockRanges blocks)
    {
        var interleave = InterleaveOf(kind);
        foreach (var group in blocks.InGroupsOf(interleave))
        {
            var step = new SessionStep(kind, group);
            yield return step;

            // A short last group has too few blocks to share a burst; it is small, so it goes twice. A header is repeated anyway.
            if (kind == DatagramKind.Data && group.Blocks < interleave && (BurstDatagrams - 1) / group.Blocks + 1 > header.Geometry.ParitySymbols / 4)
            {
                yield return step;
            }
        }
    }

    private long BlocksOf(DatagramKind kind) => kind == DatagramKind.Header ? header.Geometry.BlocksOf(headerBytes.Length) : header.Blocks;

    private int InterleaveOf(DatagramKind kind) =>
        kind == DatagramKind.Header ? Math.Min(header.Geometry.Interleave, MaximumHeaderInterleave) : header.Geometry.Interleave;
}
