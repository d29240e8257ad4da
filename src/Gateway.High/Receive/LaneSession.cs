using System.Threading.Channels;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// One session whose header is whole. A task of its own opens the header, then writes blocks; blocks are put together meanwhile, as far as memory goes.
/// All methods but that task belong to the lane's decoding thread.
/// </summary>
internal sealed partial class LaneSession
{
    // While its header is judged, the blocks of a session may hold one part in this many of the memory: others go on meanwhile.
    private const int BeforeOpen = 4;

    private readonly LaneCounters counters;
    private readonly LaneLog log;
    private readonly ILogger logger;
    private readonly BlockAssembler assembler;
    private readonly BlockMemory memory;
    private readonly BlockMemory headers;
    private readonly Channel<AssembledBlock> blocks;
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long bookkeepingBytes;
    private readonly int headerBytes;
    private readonly int blockBytes;
    private readonly int mostBeforeOpen;
    private readonly Lock lostGate = new();
    private long countedLost;
    private long countedCrowdedOut;
    private bool lostIsSettled;
    private bool seesDestination;
    private volatile SessionHeader? header;
    private volatile bool waiting;
    private volatile bool refused;
    private volatile BlockDestination? destination;
    private volatile bool finished;
    private volatile bool whole;

    /// <param name="header">The header; well formed, not verified.</param>
    /// <param name="headerBytes">Bytes of memory that it is a view of.</param>
    /// <param name="fingerprint">Of those bytes.</param>
    /// <param name="flows">Flows of the lane.</param>
    /// <param name="memory">Where blocks are put together; <see cref="BookkeepingBytes"/> are reserved in it.</param>
    /// <param name="headers">Where the bytes of the header are reserved.</param>
    /// <param name="counters">Of the lane.</param>
    /// <param name="log">Of the lane; for what anyone can cause.</param>
    /// <param name="logger">Of the lane.</param>
    public LaneSession(
        SessionHeader header,
        int headerBytes,
        UInt128 fingerprint,
        int flows,
        BlockMemory memory,
        BlockMemory headers,
        LaneCounters counters,
        LaneLog log,
        ILogger logger)
    {
        (this.header, this.memory, this.headers, this.counters, this.log, this.logger) = (header, memory, headers, counters, log, logger);
        (Number, TransferId, Blocks, bookkeepingBytes) = (header.Session, header.Content.TransferId, header.Blocks, BookkeepingBytes(header));
        (this.headerBytes, Fingerprint) = (headerBytes, fingerprint);
        assembler = new(DatagramKind.Data, header.Session, header.Geometry, header.TotalBytes, memory, flows);

        blockBytes = header.Geometry.BlockBytes;
        mostBeforeOpen = (int)(memory.BudgetBytes / BeforeOpen / blockBytes) + 1;

        // Memory runs out before: this bounds nothing but the channel's own array.
        var mostBlocks = (int)(memory.BudgetBytes / blockBytes) + 1;
        blocks = Channel.CreateBounded<AssembledBlock>(new BoundedChannelOptions(mostBlocks) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>Bytes that a session needs beside its blocks: a bit a block for what is done, lost and written, and for a copy of the last.</summary>
    public static long BookkeepingBytes(SessionHeader header) => 4 * (header.Blocks / 8 + 1);

    /// <summary>Its number on the lane.</summary>
    public ulong Number { get; }

    /// <summary>The transfer that its header names.</summary>
    public string TransferId { get; }

    /// <summary>Blocks that it brings.</summary>
    public long Blocks { get; }

    /// <summary>Those of them that are written.</summary>
    public long WrittenBlocks => destination?.WrittenBlocks ?? 0;

    /// <summary>Of its header.</summary>
    public UInt128 Fingerprint { get; }

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
        if (finished || !assembler.Fits(datagram))
        {
            counters.Drop();
            return;
        }

        if (!seesDestination && destination is { } into)
        {
            seesDestination = true;
            assembler.Had = into.Has;
            assembler.ForgetHad();
        }

        if (!seesDestination && blocks.Reader.Count >= mostBeforeOpen)
        {
            counters.Drop();
            return;
        }

        var fate = assembler.Take(datagram, symbol, out var block);
        if (fate is SymbolFate.Duplicate or SymbolFate.Dropped)
        {
            counters.Drop();
        }

        if (block is { } assembled)
        {
            counters.Whole(assembled.ParityNeeded, datagram.Geometry.ParitySymbols);
            if (!blocks.Writer.TryWrite(assembled))
            {
                assembled.Release();
            }
        }

        if (assembler.LostBlocks != countedLost)
        {
            CountLost();
        }
    }

    /// <summary>No more symbols are taken; what is whole is still written, unless the session still waits for an older one.</summary>
    public void Close()
    {
        assembler.GiveUp();
        CountLost();
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
                    log.GivenUp(Number, TransferId);
                    return;
                }

                waiting = false;
            }

            await using var opened = await JudgeAsync(open, cancellationToken).ConfigureAwait(false);
            if (opened is null)
            {
                SettleLost(0);
                log.Refused(Number, TransferId);
                return;
            }

            destination = opened;
            LogOpened(Number, TransferId, opened.MissingBlocks, Blocks);
            await WriteAsync(opened, cancellationToken).ConfigureAwait(false);
            var missing = opened.MissingBlocks;
            SettleLost(missing);
            whole = missing == 0;
            await opened.SessionEndedAsync(cancellationToken).ConfigureAwait(false);

            // Blocks that were not sent, because this side has what is in them, were not lost.
            counters.Lose(opened.MissingBlocks - missing);
            whole = opened.MissingBlocks == 0;
            LogEnded(Number, TransferId, opened.MissingBlocks, Blocks);
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
            ReleaseHeader();
            waiting = false;
            finished = true;
            blocks.Writer.TryComplete();
            while (blocks.Reader.TryRead(out var unwanted))
            {
                unwanted.Release();
            }

            memory.Free(bookkeepingBytes);
        }
    }

    private async Task<BlockDestination?> JudgeAsync(OpenSession open, CancellationToken cancellationToken)
    {
        refused = true;
        var opened = await open(header!, cancellationToken).ConfigureAwait(false);
        ReleaseHeader();
        refused = opened is null;
        return opened;
    }

    // The documents are large; nobody needs them once they are judged.
    private void ReleaseHeader()
    {
        if (header is not null)
        {
            header = null;
            headers.Free(headerBytes);
        }
    }

    private async Task WriteAsync(BlockDestination into, CancellationToken cancellationToken)
    {
        while (into.MissingBlocks > 0 && !into.IsClosed && await blocks.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (blocks.Reader.TryRead(out var block))
            {
                try
                {
                    await into.WriteAsync(block.Number, block.Payload, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    block.Release();
                }
            }
        }
    }

    private void CountLost()
    {
        lock (lostGate)
        {
            counters.Lose(lostIsSettled ? 0 : assembler.LostBlocks - countedLost);
            countedLost = assembler.LostBlocks;
        }

        counters.CrowdOut(assembler.CrowdedOut - countedCrowdedOut);
        countedCrowdedOut = assembler.CrowdedOut;
    }

    // What was counted on the way was an estimate: what is missing now is what was lost.
    private void SettleLost(long missing)
    {
        lock (lostGate)
        {
            lostIsSettled = true;
            counters.Lose(missing - countedLost);
        }
    }

    [LoggerMessage(LogLevel.Information, "Session {Session} for transfer {TransferId} opened: {Missing} of {Blocks} blocks are to come")]
    private partial void LogOpened(ulong session, string transferId, long missing, long blocks);

    [LoggerMessage(LogLevel.Information, "Session {Session} for transfer {TransferId} ended: {Missing} of {Blocks} blocks are missing")]
    private partial void LogEnded(ulong session, string transferId, long missing, long blocks);

    [LoggerMessage(LogLevel.Error, "Session {Session} for transfer {TransferId} failed; its blocks are dropped")]
    private partial void LogFailed(Exception exception, ulong session, string transferId);
}
