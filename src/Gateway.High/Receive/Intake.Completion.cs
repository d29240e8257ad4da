using Gateway.Core.Wire;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>How imports grow: by what their sessions bring, and by what published versions hold.</summary>
public sealed partial class Intake
{
    /// <summary>Gives incomplete imports what has been published since their sessions ended. One that fails is left to the repair code, and does not hold back the others.</summary>
    public async Task CompleteAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var import in await catalog.ListOpenAsync(cancellationToken).ConfigureAwait(false))
            {
                using var alone = await locks.TakeAsync(import.Id, cancellationToken).ConfigureAwait(false);
                await CompleteAsync(import.Id, cancellationToken).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The catalog cannot be read or written now; the next publication comes round here again.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogStillFails(logger, e);
        }
    }

    /// <returns>Blocks that are missing then.</returns>
    private async ValueTask<long> ReportAsync(ImportRecord import, BlockProgress progress, CancellationToken cancellationToken)
    {
        if (progress is not { SessionEnded: true, Blocks.Missing: > 0 })
        {
            await RecordAsync(import.Id, progress.Blocks, progress.SessionEnded, cancellationToken).ConfigureAwait(false);
            return progress.Blocks.Missing;
        }

        using var alone = await locks.TakeAsync(import.Id, cancellationToken).ConfigureAwait(false);
        var blocks = await TryCompleteAsync(import, progress.Blocks, cancellationToken).ConfigureAwait(false);
        var state = await RecordAsync(import.Id, blocks, sessionEnded: true, cancellationToken).ConfigureAwait(false);

        // Looked at once more now that it is on record as waiting: what was published before that was not told of it.
        return state == ImportState.Incomplete && await CompleteAsync(import.Id, cancellationToken).ConfigureAwait(false) ? 0 : blocks.Missing;
    }

    private async Task<ImportState?> RecordAsync(string id, BlockBitmap blocks, bool sessionEnded, CancellationToken cancellationToken)
    {
        var state = await catalog.ProgressAsync(id, Stored(blocks), blocks.WrittenBytes, blocks.Missing, sessionEnded, cancellationToken).ConfigureAwait(false);
        if (state == ImportState.Verifying)
        {
            await waiting.AddAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return state;
    }

    /// <summary>To be called with the import's lock: from reading its state to the record nothing else may open or remove its place.</summary>
    /// <returns>True where nothing is missing any more.</returns>
    private async Task<bool> CompleteAsync(string id, CancellationToken cancellationToken)
    {
        if (!(await catalog.FindAsync(id, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out _) || import.State != ImportState.Incomplete)
        {
            return false;
        }

        var stored = await catalog.FindBlocksAsync(id, cancellationToken).ConfigureAwait(false);
        var before = Blocks(import, stored, FecGeometry.Default.PayloadBytes);
        var blocks = await TryCompleteAsync(import, before, cancellationToken).ConfigureAwait(false);
        var state = blocks == before
            ? import.State
            : await catalog.HoldAsync(id, stored, Stored(blocks), blocks.WrittenBytes, blocks.Missing, cancellationToken).ConfigureAwait(false);
        if (state == ImportState.Verifying)
        {
            await waiting.AddAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return state == ImportState.Verifying;
    }

    /// <summary>What fails here is what nobody promised: blocks that came are recorded all the same.</summary>
    private async Task<BlockBitmap> TryCompleteAsync(ImportRecord import, BlockBitmap blocks, CancellationToken cancellationToken)
    {
        try
        {
            return await held.CompleteAsync(import, blocks, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the repair code asks for what is missing.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogNotCompleted(logger, e, import.Id);
            return blocks;
        }
    }

    [LoggerMessage(5, LogLevel.Warning, "Import {TransferId} could not be given files that published versions hold; the repair code asks for what is missing")]
    private static partial void LogNotCompleted(ILogger logger, Exception cause, string transferId);
}
