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
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long totalBlocks;
    private readonly int blockBytes;
    private readonly int headerBytes;
    private long countedRepaired;
    private long countedLost;
    private bool forgotten;
    private volatile SessionHeader? header;
    private volatile bool waiting;
    private volatile bool refused;
    private volatile BlockDestination? destination;
    private volatile bool finished;
    private volatile bool whole;

    /// <param name="header">The header; well formed, not verified.</param>
    /// <param name="headerBytes">Bytes of memory that it is a view of.</param>
    /// <param name="fingerprint">Of those bytes.</param>
    /// <param name="memory">Where blocks are put together.</param>
    /// <param name="mostBlocks">Blocks that may wait to be written; memory runs out before.</param>
    /// <param name="counters">Of the lane.</param>
    /// <param name="logger">Of the lane.</param>
    public LaneSession(SessionHeader header, int headerBytes, UInt128 fingerprint, BlockMemory memory, int mostBlocks, LaneCounters counters, ILogger logger)
    {
        (this.header, this.counters, this.logger) = (header, counters, logger);
        (Number, TransferId, totalBlocks, blockBytes) = (header.Session, header.Content.TransferId, header.Blocks, header.Geometry.BlockBytes);
        (this.headerBytes, Fingerprint) = (headerBytes, fingerprint);
        assembler = new(DatagramKind.Data, header.Session, header.Geometry, header.TotalBytes, memory);
        blocks = Channel.CreateBounded<AssembledBlock>(new BoundedChannelOptions(mostBlocks) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>Its number on the lane.</summary>
    public ulong Number { get; }

    /// <summary>The transfer that its header names.</summary>
    public string TransferId { get; }

    /// <summary>Of its header.</summary>
    public UInt128 Fingerprint { get; }

    /// <summary>Bytes of memory under its header: none once that has been opened or refused.</summary>
    public long HeldHeaderBytes => header is null ? 0 : headerBytes;

    /// <summary>When the newest symbol came.</summary>
    public TimeSpan LastSymbol { get; set; }

    /// <summary>True where an end mark came and no symbol after it.</summary>
    public bool EndSeen { get; set; }

    /// <summary>True where nothing more is wanted of it: it was refused, or is whole, or failed.</summary>
    public bool Finished => finished;

    /// <summary>True where an older session of the same transfer has to end first.</summary>
    public bool Waiting => waiting;

    /// <summary>True where its header was believed.</summary>
    public bool Opened => destination is not null;

    /// <summary>True where its header was judged and turned away.</summary>
    public bool Refused => refused;

    /// <summary>True where every block is there.</summary>
    public bool Whole => whole;

    /// <summary>Bytes of memory under blocks that wait for the disk; those of a session that is not opened wait for something else.</summary>
    public long WaitingBytes => Opened ? (long)blocks.Reader.Count * blockBytes : 0;

    /// <summary>Ends when the last block is written and the destination has been told.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the header once the older sessions of the same transfer have ended. To be called once.</summary>
    public void Open(OpenSession open, Task before, CancellationToken cancellationToken)
    {
        waiting = !before.IsCompleted;
        Completion = Task.Run(() => RunAsync(open, before, cancellationToken), CancellationToken.None);
    }

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

    /// <summary>No more symbols are taken; what is whole is still written, unless the session still waits for an older one.</summary>
    public void Close()
    {
        assembler.GiveUp();
        if (!finished)
        {
            CountBlocks();
        }

        blocks.Writer.TryComplete();
        closed.TrySetResult();
    }

    private async Task RunAsync(OpenSession open, Task before, CancellationToken cancellationToken)
    {
        using var activity = HighTelemetry.Activities.StartActivity("receive");
        activity?.SetTag("transfer.id", TransferId).SetTag("session", Number);
        try
        {
            if (waiting)
            {
                await Task.WhenAny(before, closed.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
                if (!before.IsCompleted)
                {
                    LogGivenUp(Number, TransferId);
                    return;
                }

                waiting = false;
            }

            await using var opened = await JudgeAsync(open, cancellationToken).ConfigureAwait(false);
            if (opened is null)
            {
                LogRefused(Number, TransferId);
                return;
            }

            var outstanding = Missing(opened);
            destination = opened;
            LogOpened(Number, TransferId, outstanding, totalBlocks);
            await WriteAsync(opened, outstanding, cancellationToken).ConfigureAwait(false);
            var missing = Missing(opened);
            counters.Lose(Math.Max(0, missing - Volatile.Read(ref countedLost)));
            whole = missing == 0;
            await opened.SessionEndedAsync(cancellationToken).ConfigureAwait(false);
            LogEnded(Number, TransferId, missing, totalBlocks);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The service stops: what is written stays, and a new session of the transfer brings the rest.
        }
#pragma warning disable CA1031 // Whatever a session does, the lane goes on receiving the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, Number, TransferId);
        }
        finally
        {
            header = null;
            waiting = false;
            finished = true;
            blocks.Writer.TryComplete();
            while (blocks.Reader.TryRead(out var unwanted))
            {
                unwanted.Release();
            }
        }
    }

    // The documents are large; nobody needs them once they are judged.
    private async Task<BlockDestination?> JudgeAsync(OpenSession open, CancellationToken cancellationToken)
    {
        refused = true;
        var opened = await open(header!, cancellationToken).ConfigureAwait(false);
        header = null;
        refused = opened is null;
        return opened;
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

    [LoggerMessage(LogLevel.Warning, "Session {Session} for transfer {TransferId} ended before an older one of the same transfer did; its blocks are dropped")]
    private partial void LogGivenUp(ulong session, string transferId);

    [LoggerMessage(LogLevel.Information, "Session {Session} for transfer {TransferId} ended: {Missing} of {Blocks} blocks are missing")]
    private partial void LogEnded(ulong session, string transferId, long missing, long blocks);

    [LoggerMessage(LogLevel.Error, "Session {Session} for transfer {TransferId} failed; its blocks are dropped")]
    private partial void LogFailed(Exception exception, ulong session, string transferId);
}
