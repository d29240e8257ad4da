using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High.Verify;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>
/// Decides on headers: one that passes checks 1 to 5 opens a place for its blocks; any other is recorded, and its blocks are dropped. One header at a time, since
/// each may be large.
/// </summary>
public sealed partial class Intake(
    HeaderChecks checks,
    HighCatalog catalog,
    StagingArea staging,
    HeldFiles held,
    ImportLocks locks,
    WaitingImports waiting,
    RefusalRecords refusals,
    IntakeOptions options,
    ILogger<Intake> logger) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    // Imports that stopped receiving and are on record as if they had not: the disk that failed was the catalog's too.
    private readonly HashSet<string> unrecorded = new(StringComparer.Ordinal);
    private readonly Lock unrecordedGate = new();

    /// <summary>See <see cref="OpenSession"/>. Whatever fails in here drops the session, never the receiver.</summary>
    /// <param name="lane">Lane that received the header, whatever the header says.</param>
    /// <param name="header">The header.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<BlockDestination?> OpenAsync(string lane, SessionHeader header, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await AdmitAsync(lane, header, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A crash while a header is judged is a no to that header.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogCrashed(logger, e, header.Content.TransferId);
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Tries again to record of imports that they stopped receiving, where that failed. Does nothing to one that a new session has resumed meanwhile.</summary>
    public async Task RecordStoppedAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var id in Unrecorded())
            {
                await catalog.SuspendAsync(id, cancellationToken).ConfigureAwait(false);
                Forget(id);
            }
        }
#pragma warning disable CA1031 // The disk is still full, perhaps; the next try finds out.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogStillFails(logger, e);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<BlockDestination?> AdmitAsync(string lane, SessionHeader header, CancellationToken cancellationToken)
    {
        var content = header.Content;
        var documents = new SessionDocuments(content.ReleaseEnvelope, content.ManifestEnvelope, content.InspectionEnvelope);
        var session = new ImportSession(lane, checked((long)header.Session));
        var verdict = await checks.RunAsync(new(lane, content.TransferId, content.TotalBytes), documents, cancellationToken).ConfigureAwait(false);
        if (!verdict.Outcome.Succeeded(out var admitted, out var refusal))
        {
            await RefuseAsync(documents, verdict, session, refusal, cancellationToken).ConfigureAwait(false);
            return null;
        }

        using var alone = await locks.TakeAsync(admitted.Claim.TransferId, cancellationToken).ConfigureAwait(false);
        var spared = await CountSparedAsync(admitted, cancellationToken).ConfigureAwait(false);
        if (!(await BeginAsync(admitted, documents, session, header, spared, cancellationToken).ConfigureAwait(false)).Succeeded(out var import, out refusal))
        {
            await RefuseAsync(documents, verdict, session, refusal, cancellationToken).ConfigureAwait(false);
            return null;
        }

        Forget(import.Id);
        HighTelemetry.Headers.Add(1, new KeyValuePair<string, object?>("outcome", "accepted"));
        return await PlaceAsync(import, admitted, header, spared > 0, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Bytes that an import needs no room for, as published versions hold them. They are counted only where room is short: the lane waits meanwhile, and then for the linking,
    /// without which a session that brings them all the same would take the room.
    /// </summary>
    private async Task<long> CountSparedAsync(Admitted admitted, CancellationToken cancellationToken)
    {
        var claim = admitted.Claim;
        return staging.HasRoom(await catalog.CountPromisedAsync(claim.TransferId, cancellationToken).ConfigureAwait(false) + claim.Bytes)
            ? 0
            : await held.CountAsync(admitted.Manifest, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Outcome<ImportRecord>> BeginAsync(
        Admitted admitted, SessionDocuments documents, ImportSession session, SessionHeader header, long spared, CancellationToken cancellationToken)
    {
        var claim = admitted.Claim;
        if (claim.Bytes > options.MaximumArtifactBytes)
        {
            return new Refusal(RefusalCode.TooLarge, $"{claim.Bytes} bytes, at most {options.MaximumArtifactBytes}");
        }

        if (header.Blocks > BlockBitmap.MaximumBlocks)
        {
            return new Refusal(RefusalCode.HeaderInvalid, $"{header.Blocks} blocks, at most {BlockBitmap.MaximumBlocks}");
        }

        // The documents are on disk before the record that needs them; a crash between the two leaves a directory that a restart removes.
        return await catalog
            .BeginAsync(
                claim,
                session,
                header.Blocks,
                // Of one that is resumed, what it was given is among the bytes that are here.
                space => options.Objection(claim.Artifact.Org, space) ?? staging.FindRoom(space.Others, space.Own - (space.Own == space.Artifact ? spared : 0)),
                () => staging.Prepare(claim.TransferId, documents),
                cancellationToken)
            .ConfigureAwait(false);
    }

    private async ValueTask SuspendAsync(string id, Exception failure)
    {
        LogDiskFailed(logger, failure, id);
        try
        {
            await catalog.SuspendAsync(id, CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The disk that failed is the catalog's too: until it is written, the record says what was.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogNotRecorded(logger, e, id);
            lock (unrecordedGate)
            {
                unrecorded.Add(id);
            }
        }
    }

    private string[] Unrecorded()
    {
        lock (unrecordedGate)
        {
            return [.. unrecorded];
        }
    }

    private void Forget(string id)
    {
        lock (unrecordedGate)
        {
            unrecorded.Remove(id);
        }
    }

    private async Task RefuseAsync(
        SessionDocuments documents, HeaderVerdict verdict, ImportSession session, Refusal refusal, CancellationToken cancellationToken)
    {
        if (refusal.Code == RefusalCode.StateWrong)
        {
            // A header that is repeated after the last block is no news.
            return;
        }

        if (!refusals.TryTake(session.Lane, verdict.Believed))
        {
            HighTelemetry.Headers.Add(1, new KeyValuePair<string, object?>("outcome", "dropped"));
            return;
        }

        await catalog
            .QuarantineHeaderAsync(documents.Digest, verdict.Claim, verdict.Believed, session, refusal, cancellationToken)
            .ConfigureAwait(false);
        HighTelemetry.Headers.Add(1, new KeyValuePair<string, object?>("outcome", refusal.Name));
    }

    [LoggerMessage(1, LogLevel.Error, "Header of transfer {TransferId} dropped: judging it failed")]
    private static partial void LogCrashed(ILogger logger, Exception cause, string transferId);

    [LoggerMessage(2, LogLevel.Error, "Import {TransferId} stopped receiving: its blocks cannot be stored")]
    private static partial void LogDiskFailed(ILogger logger, Exception cause, string transferId);

    [LoggerMessage(3, LogLevel.Error, "Import {TransferId} is still on record as receiving, which it is not: the catalog cannot be written; it is tried again")]
    private static partial void LogNotRecorded(ILogger logger, Exception cause, string transferId);

    [LoggerMessage(4, LogLevel.Debug, "The catalog still cannot be written")]
    private static partial void LogStillFails(ILogger logger, Exception cause);
}
