namespace Gateway.High.Receive;

/// <summary>What is durably on disk of a transfer.</summary>
/// <param name="Blocks">The blocks; a copy.</param>
/// <param name="SessionEnded">True where the session that brought them is over.</param>
public sealed record BlockProgress(BlockBitmap Blocks, bool SessionEnded);

/// <summary>
/// Where the blocks of one verified header go. Blocks are only claimed once their bytes are on disk: data is flushed first, then the bitmap is reported.
/// The receiver may call <see cref="WriteAsync"/> from any thread; a failing disk ends in missing blocks, never in an exception to the receiver.
/// </summary>
public sealed class BlockDestination : IAsyncDisposable
{
    /// <summary>Bytes written between two reports: what a power cut costs at most, against a flush a second at 1 Gbit/s.</summary>
    public const long BytesPerReport = 128L << 20;

    private readonly StagedTree tree;
    private readonly BlockBitmap written;
    private readonly Func<BlockProgress, CancellationToken, ValueTask<long>> report;
    private readonly Func<Exception, ValueTask> failed;
    private readonly SemaphoreSlim turn = new(1, 1);
    private Task reporting = Task.CompletedTask;
    private long unreported;

    /// <summary>Blocks that were missing after the last report.</summary>
    private long stillMissing = long.MaxValue;
    private volatile bool closed;

    /// <param name="tree">The files.</param>
    /// <param name="written">The blocks that are already on disk; from now on it belongs to this object.</param>
    /// <param name="report">Records progress durably, and says how many blocks are missing then: some need not come. Called after the bytes are flushed, one call at a time.</param>
    /// <param name="failed">Told when a write, flush or report fails; must not throw.</param>
    public BlockDestination(
        StagedTree tree, BlockBitmap written, Func<BlockProgress, CancellationToken, ValueTask<long>> report, Func<Exception, ValueTask> failed)
    {
        if (tree.TotalBytes != written.TotalBytes)
        {
            throw new ArgumentException("The bitmap is of another stream.", nameof(written));
        }

        (this.tree, this.written, this.report, this.failed) = (tree, written, report, failed);
    }

    /// <summary>Blocks of the transfer.</summary>
    public long Blocks => written.Blocks;

    /// <summary>Blocks that are here. From any thread.</summary>
    public long WrittenBlocks => written.Written;

    /// <summary>Blocks that are not here. From any thread.</summary>
    public long MissingBlocks => Math.Min(written.Missing, Interlocked.Read(ref stillMissing));

    /// <summary>Bytes of the stream in one block; the last block holds the rest.</summary>
    public int BlockBytes => written.BlockBytes;

    /// <summary>True where nothing more is wanted: every block is here, or the disk failed, or the transfer moved on.</summary>
    public bool IsClosed => closed;

    /// <summary>True where the block is here and need not be decoded again.</summary>
    public bool Has(long block) => written.Has(block);

    /// <summary>Writes a block whose transport checksum was right. A number or length that is no block's is ignored: it came off the wire.</summary>
    /// <param name="block">Number of the block, from 0.</param>
    /// <param name="payload">Exactly the block's bytes of the stream, without padding.</param>
    /// <param name="cancellationToken">Stops waiting for the turn to write.</param>
    public async ValueTask WriteAsync(long block, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (closed || block < 0 || block >= written.Blocks || written.Has(block) || payload.Length != written.LengthOf(block))
            {
                return;
            }

            tree.Write(block * written.BlockBytes, payload.Span);
            written.Mark(block);
            unreported += payload.Length;
            HighTelemetry.ReceivedBytes.Add(payload.Length);
            if (written.Missing == 0)
            {
                await FinishAsync(sessionEnded: false, cancellationToken).ConfigureAwait(false);
            }
            else if (unreported >= BytesPerReport && reporting.IsCompleted)
            {
                unreported = 0;
                var snapshot = written.Snapshot();
                reporting = Task.Run(() => ReportAsync(new(snapshot, SessionEnded: false), cancellationToken), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await FailAsync(e).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>To be called when the session is over, whether blocks are missing or not. Reports what is on disk.</summary>
    public async ValueTask SessionEndedAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!closed)
            {
                await FinishAsync(sessionEnded: true, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Stops taking blocks without a report; what was reported stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            closed = true;
            await reporting.ConfigureAwait(false);
            tree.Dispose();
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task FinishAsync(bool sessionEnded, CancellationToken cancellationToken)
    {
        await reporting.ConfigureAwait(false);
        if (closed)
        {
            return;
        }

        closed = written.Missing == 0;
        unreported = 0;
        await ReportAsync(new(written.Snapshot(), sessionEnded), cancellationToken).ConfigureAwait(false);
    }

    private async Task ReportAsync(BlockProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            if (progress.Blocks.Missing == 0)
            {
                tree.Complete();
            }

            tree.Flush();
            var missing = await report(progress, cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref stillMissing, missing);
            if (missing == 0)
            {
                closed = true;
            }
        }
#pragma warning disable CA1031 // Whatever goes wrong here must not end the receiver: the blocks stay unclaimed and a new session brings them again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await FailAsync(e).ConfigureAwait(false);
        }
    }

    // After a failed flush the kernel may have dropped the pages, so nothing that was written since the last report can be claimed any more.
    private ValueTask FailAsync(Exception e)
    {
        closed = true;
        return failed(e);
    }
}
