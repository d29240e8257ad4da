using System.Runtime.CompilerServices;

namespace Gateway.Core.Wire;

/// <summary>A group of blocks that is next to be sent.</summary>
/// <param name="Kind">Header or Data.</param>
/// <param name="FirstBlock">First block of the group.</param>
/// <param name="Blocks">Blocks in it.</param>
public readonly record struct SessionStep(DatagramKind Kind, long FirstBlock, int Blocks);

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

    private SessionEncoder(SessionHeader header, byte[] headerBytes) => (this.header, this.headerBytes) = (header, headerBytes);

    /// <summary>Bytes of the header.</summary>
    public int HeaderBytes => headerBytes.Length;

    /// <summary>Prepares a session. Refuses with <see cref="RefusalCode.HeaderInvalid"/> a header that cannot cross.</summary>
    public static Outcome<SessionEncoder> Create(SessionHeader header) =>
        header.ToBytes().Succeeded(out var bytes, out var refusal) ? new SessionEncoder(header, bytes) : refusal;

    /// <summary>A heartbeat of a lane.</summary>
    public static byte[] Heartbeat(string lane, ulong newestSession) => Bare(Datagram.Heartbeat(Datagram.TagOf(lane), newestSession));

    /// <summary>The end mark of the session.</summary>
    public byte[] End() => Bare(Datagram.End(Datagram.TagOf(header.Lane), header.Session));

    /// <summary>Memory for one group of this session.</summary>
    public BlockGroup NewGroup() =>
        new(header, (int)Math.Max(Math.Min(InterleaveOf(DatagramKind.Header), BlocksOf(DatagramKind.Header)), Math.Min(InterleaveOf(DatagramKind.Data), header.Blocks)));

    /// <summary>What to send, in order: the header <paramref name="headerRepeats"/> times, half of the data, the header, the other half, the header.</summary>
    public IEnumerable<SessionStep> Steps(int headerRepeats)
    {
        for (var i = 0; i < headerRepeats; i++)
        {
            foreach (var step in StepsOf(DatagramKind.Header))
            {
                yield return step;
            }
        }

        var middle = header.Blocks / 2;
        foreach (var step in StepsOf(DatagramKind.Data))
        {
            if (step.FirstBlock <= middle && middle < step.FirstBlock + step.Blocks && step.FirstBlock > 0)
            {
                foreach (var again in StepsOf(DatagramKind.Header))
                {
                    yield return again;
                }
            }

            yield return step;
        }

        foreach (var step in StepsOf(DatagramKind.Header))
        {
            yield return step;
        }
    }

    /// <summary>Fills a group with the datagrams of a step.</summary>
    public ValueTask FillAsync(BlockGroup group, SessionStep step, ReadBytes read, CancellationToken cancellationToken) =>
        step.Kind == DatagramKind.Header
            ? group.FillAsync(step, headerBytes.Length, ReadHeader, cancellationToken)
            : group.FillAsync(step, header.TotalBytes, read, cancellationToken);

    /// <summary>The whole session with its end mark, datagram by datagram. Each is valid until the next is asked for.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> DatagramsAsync(
        ReadBytes read, int headerRepeats, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var group = NewGroup();
        foreach (var step in Steps(headerRepeats))
        {
            await FillAsync(group, step, read, cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < group.Rows; row++)
            {
                var datagrams = group.Row(row);
                for (var at = 0; at < datagrams.Length; at += group.DatagramBytes)
                {
                    yield return datagrams.Slice(at, group.DatagramBytes);
                }
            }
        }

        yield return End();
    }

    private static byte[] Bare(Datagram datagram)
    {
        var bytes = new byte[Datagram.HeaderBytes];
        datagram.Write(bytes);
        return bytes;
    }

    private IEnumerable<SessionStep> StepsOf(DatagramKind kind)
    {
        var blocks = BlocksOf(kind);
        var interleave = InterleaveOf(kind);
        for (long first = 0; first < blocks; first += interleave)
        {
            var step = new SessionStep(kind, first, (int)Math.Min(interleave, blocks - first));
            yield return step;

            // A short last group has too few blocks to share a burst; it is small, so it goes twice. A header is repeated anyway.
            if (kind == DatagramKind.Data && step.Blocks < interleave && (BurstDatagrams - 1) / step.Blocks + 1 > header.Geometry.ParitySymbols / 4)
            {
                yield return step;
            }
        }
    }

    private long BlocksOf(DatagramKind kind) => kind == DatagramKind.Header ? header.Geometry.BlocksOf(headerBytes.Length) : header.Blocks;

    private int InterleaveOf(DatagramKind kind) =>
        kind == DatagramKind.Header ? Math.Min(header.Geometry.Interleave, MaximumHeaderInterleave) : header.Geometry.Interleave;

    private ValueTask ReadHeader(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        headerBytes.AsMemory((int)offset, into.Length).CopyTo(into);
        return ValueTask.CompletedTask;
    }
}
