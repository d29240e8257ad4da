using System.Threading.Channels;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// One session: first its header is put together; then the header is opened by a task of its own while blocks are put together already; then that task writes them.
/// All methods but the task belong to the lane's decoding thread.
/// </summary>
internal sealed partial class LaneSession
{
    private readonly ulong number;
    private readonly LaneCounters counters;
    private readonly ILogger logger;
    private HeaderAssembler? headerAssembler;
    private BlockAssembler? assembler;
    private Channel<AssembledBlock>? blocks;
    private long countedRepaired;
    private long countedLost;
    private volatile BlockDestination? destination;
    private volatile bool finished;
    private bool forgotten;

    public LaneSession(in Datagram first, BlockMemory headerMemory, LaneCounters counters, ILogger logger)
    {
        number = first.Session;
        headerAssembler = new(first, headerMemory);
        (this.counters, this.logger) = (counters, logger);
    }

    /// <summary>When the newest symbol came.</summary>
    public TimeSpan LastSymbol { get; set; }

    /// <summary>True where an end mark came and no symbol after it.</summary>
    public bool EndSeen { get; set; }

    /// <summary>The header once it is whole.</summary>
    public SessionHeader? Header { get; private set; }

    /// <summary>Bytes held of a header that is not yet whole.</summary>
    public long HeaderBytes => headerAssembler?.HeldBytes ?? 0;

    /// <summary>True where nothing more is wanted of this session: it is refused, or has every block.</summary>
    public bool Finished => finished;

    /// <summary>True where it ended with every block there.</summary>
    public bool Whole { get; private set; }

    /// <summary>Ends when the last block is written and the destination has been told.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Takes a symbol of the header. Gives the header's bytes when it completes them.</summary>
    public byte[]? TakeHeader(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (headerAssembler is null)
        {
            return null;
        }

        if (!headerAssembler.Fits(datagram))
        {
            counters.Drop();
            return null;
        }

        Count(headerAssembler.Take(datagram, symbol, out var bytes));
        return bytes;
    }

    /// <summary>The header is whole and well formed: opens it and takes data from now on.</summary>
    /// <param name="header">The header.</param>
    /// <param name="memory">Where blocks are put together.</param>
    /// <param name="mostBlocks">Blocks that may wait to be written; memory runs out before.</param>
    /// <param name="open">Verifies the header.</param>
    /// <param name="before">Older sessions of the same transfer, which must have ended before.</param>
    /// <param name="cancellationToken">The service stops.</param>
    public void Open(
        SessionHeader header, BlockMemory memory, int mostBlocks, OpenSession open, Task before, CancellationToken cancellationToken)
    {
        headerAssembler!.GiveUp();
        headerAssembler = null;
        Header = header;
        assembler = new(DatagramKind.Data, header.Session, header.Geometry, header.TotalBytes, memory);
        blocks = Channel.CreateBounded<AssembledBlock>(new BoundedChannelOptions(mostBlocks) { SingleReader = true, SingleWriter = true });
        Completion = Task.Run(() => RunAsync(header, open, before, cancellationToken), CancellationToken.None);
    }

    /// <summary>Takes a symbol of the data.</summary>
    public void TakeData(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (assembler is null || !assembler.Fits(datagram))
        {
            counters.Drop();
            return;
        }

        if (destination is { } into)
        {
            if (!forgotten)
            {
                forgotten = true;
                assembler.Forget(into.Has);
            }

            if (into.Has(datagram.Block))
            {
                return;
            }
        }

        Count(assembler.Take(datagram, symbol, out var block));
        if (block is { } whole && !blocks!.Writer.TryWrite(whole))
        {
            whole.Release();
        }

        CountBlocks();
    }

    /// <summary>No more symbols are taken; what is whole is still written.</summary>
    public void Close()
    {
        headerAssembler?.GiveUp();
        assembler?.GiveUp();
        if (assembler is not null && !finished)
        {
            CountBlocks();
        }

        blocks?.Writer.TryComplete();
    }

    private async Task RunAsync(SessionHeader header, OpenSession open, Task before, CancellationToken cancellationToken)
    {
        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            await using var opened = await open(header, cancellationToken).ConfigureAwait(false);
            if (opened is null)
            {
                LogRefused(number, header.Content.TransferId);
                return;
            }

            var outstanding = Missing(opened);
            destination = opened;
            LogOpened(number, header.Content.TransferId, outstanding, header.Blocks);
            await WriteAsync(opened, outstanding, cancellationToken).ConfigureAwait(false);
            var missing = Missing(opened);
            counters.Lose(Math.Max(0, missing - Volatile.Read(ref countedLost)));
            Whole = missing == 0;
            await opened.SessionEndedAsync(cancellationToken).ConfigureAwait(false);
            LogEnded(number, header.Content.TransferId, missing, header.Blocks);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops: what is written stays, and a new session of the transfer brings the rest.
        }
#pragma warning disable CA1031 // Whatever a session does, the lane goes on receiving the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, number, header.Content.TransferId);
        }
        finally
        {
            finished = true;
            blocks!.Writer.TryComplete();
            while (blocks.Reader.TryRead(out var unwanted))
            {
                unwanted.Release();
            }
        }
    }

    private async Task WriteAsync(BlockDestination into, long outstanding, CancellationToken cancellationToken)
    {
        while (outstanding > 0 && !into.IsClosed && await blocks!.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (blocks.Reader.TryRead(out var block))
            {
                try
                {
                    if (!into.Has(block.Number))
                    {
                        outstanding--;
                        await into.WriteAsync(block.Number, block.Payload, cancellationToken).ConfigureAwait(false);
                    }
                }
                finally
                {
                    block.Release();
                }
            }
        }
    }

    private static long Missing(BlockDestination destination)
    {
        var missing = 0L;
        for (var block = 0L; block < destination.Blocks; block++)
        {
            missing += destination.Has(block) ? 0 : 1;
        }

        return missing;
    }

    private void Count(SymbolFate fate)
    {
        if (fate is SymbolFate.Duplicate or SymbolFate.Dropped)
        {
            counters.Drop();
        }
    }

    private void CountBlocks()
    {
        counters.Repair(assembler!.RepairedBlocks - countedRepaired);
        countedRepaired = assembler.RepairedBlocks;
        counters.Lose(assembler.LostBlocks - countedLost);
        Volatile.Write(ref countedLost, assembler.LostBlocks);
    }

    [LoggerMessage(LogLevel.Information, "Session {Session} for transfer {TransferId} opened: {Missing} of {Blocks} blocks are to come")]
    private partial void LogOpened(ulong session, string transferId, long missing, long blocks);

    [LoggerMessage(LogLevel.Warning, "Session {Session} for transfer {TransferId} refused; its blocks are dropped")]
    private partial void LogRefused(ulong session, string transferId);

    [LoggerMessage(LogLevel.Information, "Session {Session} for transfer {TransferId} ended: {Missing} of {Blocks} blocks are missing")]
    private partial void LogEnded(ulong session, string transferId, long missing, long blocks);

    [LoggerMessage(LogLevel.Error, "Session {Session} for transfer {TransferId} failed; its blocks are dropped")]
    private partial void LogFailed(Exception exception, ulong session, string transferId);
}
