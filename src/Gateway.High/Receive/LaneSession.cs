using System.Threading.Channels;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// One session whose header is whole. A task of its own opens the header, then writes blocks; blocks are put together meanwhile, as far as memory goes.
/// All methods but that task belong to the lane's decoding thread.
/// </summary>
internal sealed partial class LaneSession
{
    private readonly LaneCounters counters;
    private readonly ILogger logger;
    private readonly BlockAssembler assembler;
    private readonly Channel<AssembledBlock> blocks;
    private long countedRepaired;
    private long countedLost;
    private bool forgotten;
    private volatile BlockDestination? destination;
    private volatile bool finished;
    private volatile bool whole;

    /// <param name="header">The header; well formed, not verified.</param>
    /// <param name="memory">Where blocks are put together.</param>
    /// <param name="mostBlocks">Blocks that may wait to be written; memory runs out before.</param>
    /// <param name="counters">Of the lane.</param>
    /// <param name="logger">Of the lane.</param>
    public LaneSession(SessionHeader header, BlockMemory memory, int mostBlocks, LaneCounters counters, ILogger logger)
    {
        (Header, this.counters, this.logger) = (header, counters, logger);
        assembler = new(DatagramKind.Data, header.Session, header.Geometry, header.TotalBytes, memory);
        blocks = Channel.CreateBounded<AssembledBlock>(new BoundedChannelOptions(mostBlocks) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>What it is about.</summary>
    public SessionHeader Header { get; }

    /// <summary>When the newest symbol came.</summary>
    public TimeSpan LastSymbol { get; set; }

    /// <summary>True where an end mark came and no symbol after it.</summary>
    public bool EndSeen { get; set; }

    /// <summary>True where nothing more is wanted of it: it was refused, or is whole, or failed.</summary>
    public bool Finished => finished;

    /// <summary>True where every block is there.</summary>
    public bool Whole => whole;

    /// <summary>Bytes of memory under blocks that wait to be written.</summary>
    public long WaitingBytes => (long)blocks.Reader.Count * Header.Geometry.BlockBytes;

    /// <summary>Ends when the last block is written and the destination has been told.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the header once the older sessions of the same transfer have ended. To be called once.</summary>
    public void Open(OpenSession open, Task before, CancellationToken cancellationToken) =>
        Completion = Task.Run(() => RunAsync(open, before, cancellationToken), CancellationToken.None);

    /// <summary>Takes a symbol of the data.</summary>
    public void TakeData(in Datagram datagram, ReadOnlySpan<byte> symbol)
    {
        if (!assembler.Fits(datagram))
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

        if (assembler.Take(datagram, symbol, out var block) is SymbolFate.Duplicate or SymbolFate.Dropped)
        {
            counters.Drop();
        }

        if (block is { } assembled && !blocks.Writer.TryWrite(assembled))
        {
            assembled.Release();
        }

        CountBlocks();
    }

    /// <summary>No more symbols are taken; what is whole is still written.</summary>
    public void Close()
    {
        assembler.GiveUp();
        if (!finished)
        {
            CountBlocks();
        }

        blocks.Writer.TryComplete();
    }

    private async Task RunAsync(OpenSession open, Task before, CancellationToken cancellationToken)
    {
        var (number, transferId) = (Header.Session, Header.Content.TransferId);
        using var activity = HighTelemetry.Activities.StartActivity("receive");
        activity?.SetTag("transfer.id", transferId).SetTag("session", (long)number);
        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            await using var opened = await open(Header, cancellationToken).ConfigureAwait(false);
            if (opened is null)
            {
                LogRefused(number, transferId);
                return;
            }

            var outstanding = Missing(opened);
            destination = opened;
            LogOpened(number, transferId, outstanding, Header.Blocks);
            await WriteAsync(opened, outstanding, cancellationToken).ConfigureAwait(false);
            var missing = Missing(opened);
            counters.Lose(Math.Max(0, missing - Volatile.Read(ref countedLost)));
            whole = missing == 0;
            await opened.SessionEndedAsync(cancellationToken).ConfigureAwait(false);
            LogEnded(number, transferId, missing, Header.Blocks);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops: what is written stays, and a new session of the transfer brings the rest.
        }
#pragma warning disable CA1031 // Whatever a session does, the lane goes on receiving the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, number, transferId);
        }
        finally
        {
            finished = true;
            blocks.Writer.TryComplete();
            while (blocks.Reader.TryRead(out var unwanted))
            {
                unwanted.Release();
            }
        }
    }

    private async Task WriteAsync(BlockDestination into, long outstanding, CancellationToken cancellationToken)
    {
        while (outstanding > 0 && !into.IsClosed && await blocks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
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

    private void CountBlocks()
    {
        counters.Repair(assembler.RepairedBlocks - countedRepaired);
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
