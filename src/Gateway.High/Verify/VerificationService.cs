using Gateway.Core;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>Carries imports through the pipeline, a few at a time, and quarantines whatever does not come out of it published.</summary>
public sealed partial class VerificationService(
    WaitingImports waiting,
    HighPipeline pipeline,
    HighCatalog catalog,
    StagingArea staging,
    HeldFiles held,
    ScrubService scrub,
    VerificationOptions options,
    TimeProvider time,
    ILogger<VerificationService> logger) : BackgroundService
{
    /// <summary>Time that a verification may take beside its bytes: parsing and flushing of 200,000 files on a slow disk.</summary>
    private static readonly TimeSpan BaseLimit = TimeSpan.FromMinutes(10);

    /// <summary>Bytes a second below which a disk counts as failed, for the limit of one verification.</summary>
    private const long SlowestBytesPerSecond = 8 << 20;

    /// <summary>Carries one import through the pipeline. A publication that a crash interrupted is not its business: the restart settles it before.</summary>
    public async Task VerifyAsync(string id, CancellationToken stopping)
    {
        if (!(await catalog.FindAsync(id, stopping).ConfigureAwait(false)).Succeeded(out var import, out _) || import.State != ImportState.Verifying)
        {
            return;
        }

        var began = time.GetTimestamp();
        var outcome = await RunAsync(import, stopping).ConfigureAwait(false);
        HighTelemetry.Verification.Record(time.GetElapsedTime(began).TotalSeconds);
        if (outcome.Succeeded(out _, out var refusal))
        {
            HighTelemetry.Imports.Add(1, new KeyValuePair<string, object?>("outcome", "published"));
            return;
        }

        if (refusal.Code is RefusalCode.DigestMismatch or RefusalCode.SizeMismatch)
        {
            await SuspectAsync(import, refusal.Detail, stopping).ConfigureAwait(false);
        }

        // Bytes first: once the record says quarantined, a new session may begin anew in the same place.
        staging.Quarantine(id);
        await catalog.QuarantineAsync(id, refusal, stopping).ConfigureAwait(false);
        HighTelemetry.Imports.Add(1, new KeyValuePair<string, object?>("outcome", refusal.Name));
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Parallel.ForEachAsync(
            waiting.ReadAllAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrent, CancellationToken = stoppingToken },
            async (id, token) => await VerifyAsync(id, token).ConfigureAwait(false));

    private async Task<Outcome<Published>> RunAsync(ImportRecord import, CancellationToken stopping)
    {
        staging.TakeBack(import.Id);
        if (!staging.Holds(import.Id))
        {
            return new Refusal(RefusalCode.FileMissing, "the staged files are gone");
        }

        staging.RemoveVerdict(import.Id);
        using var activity = HighTelemetry.Activities.StartActivity("verify");
        activity?.SetTag("transfer.id", import.Id);
        using var limit = new CancellationTokenSource(BaseLimit + TimeSpan.FromSeconds(import.Claim!.Bytes / SlowestBytesPerSecond), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            // On a thread of its own: hashing at disk speed would starve the receiving threads.
            return await Task.Factory
                .StartNew(
                    () => pipeline.CarryAsync(Received.Of(import, staging), either.Token),
                    either.Token,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default)
                .Unwrap()
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new Refusal(RefusalCode.TimedOut, "verification");
        }
#pragma warning disable CA1031 // A check that crashes has not said yes.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogCrashed(logger, e, import.Id);
            if (!staging.Holds(import.Id))
            {
                // The version is visible and only its record is missing: quarantine would be a lie. The service stops, and the restart settles it.
                throw;
            }

            return new Refusal(RefusalCode.Internal, "verification crashed");
        }
    }

    private async Task SuspectAsync(ImportRecord import, string path, CancellationToken stopping)
    {
        try
        {
            if (await held.SuspectAsync(import, path, stopping).ConfigureAwait(false))
            {
                scrub.Ring();
            }
        }
#pragma warning disable CA1031 // The schedule of the scrub comes round to it; the import is quarantined whatever fails here.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogNotSuspected(logger, e, import.Id);
        }
    }

    [LoggerMessage(2, LogLevel.Error, "Versions that share a file with import {TransferId}, where it is rotten, could not be put first to be hashed again")]
    private static partial void LogNotSuspected(ILogger logger, Exception cause, string transferId);

    [LoggerMessage(1, LogLevel.Error, "Import {TransferId} crashed while it was verified")]
    private static partial void LogCrashed(ILogger logger, Exception cause, string transferId);
}

/// <summary>How verification runs.</summary>
/// <param name="Concurrent">Imports at a time, 1 or 2: each reads and hashes at disk speed.</param>
public sealed record VerificationOptions(int Concurrent);
