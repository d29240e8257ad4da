using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Gateway.Storage.High;

namespace Gateway.High.Scrubbing;

/// <summary>Hashes published files again, the version that was hashed longest ago first, and has what is rotten taken from readers.</summary>
public sealed partial class Scrubber(
    HighCatalog catalog, PublishedTree published, PublishedManifests manifests, Damage damage, ScrubOptions options, TimeProvider time, ILogger<Scrubber> logger)
{
    /// <summary>Bytes between two records of how far it came: what a restart hashes again at most, besides one file.</summary>
    private const long BytesPerRecord = 1L << 30;

    /// <summary>Shortest wait: below it a timer costs more than it evens out.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    /// <summary>Hashes one version, or the rest of one that was begun. False where none is due.</summary>
    public async Task<bool> ScrubNextAsync(CancellationToken cancellationToken)
    {
        if (await catalog.NextToScrubAsync(TimeSpan.FromDays(options.IntervalDays), cancellationToken).ConfigureAwait(false) is not { } turn)
        {
            return false;
        }

        using var activity = HighTelemetry.Activities.StartActivity("scrub");
        activity?.SetTag("transfer.id", turn.Import.Id);
        var claim = turn.Import.Claim!;
        if (ReadFiles(turn.Import) is not { } files)
        {
            await catalog.RecordScrubAsync(turn, null, 0, cancellationToken).ConfigureAwait(false);
            return true;
        }

        var directory = published.DirectoryOf(claim.Artifact);
        var (unrecorded, paced, began) = (0L, 0L, time.GetTimestamp());
        for (var index = turn.NextFile; index < files.Count; index++)
        {
            var (file, path) = (files[index], Path.Combine(directory, files[index].Path.Value));

            var looked = time.GetUtcNow();

            // Looked at twice before a version is withdrawn: what failed may have been the reading.
            if (!await FileHash.IsSoundAsync(path, file, PaceAsync, cancellationToken).ConfigureAwait(false)
                && !await FileHash.IsSoundAsync(path, file, cancellationToken).ConfigureAwait(false))
            {
                await catalog.RecordScrubAsync(turn, index, unrecorded, cancellationToken).ConfigureAwait(false);
                var found = new RotFinding(turn.Import, looked, turn.Run);
                if (await damage.WithdrawAsync(found, index, sound: index, cancellationToken).ConfigureAwait(false))
                {
                    await damage.LookAtTheRestAsync(found, index, sound: index, cancellationToken).ConfigureAwait(false);
                }

                return true;
            }

            unrecorded += file.Bytes;
            if (unrecorded >= BytesPerRecord)
            {
                await catalog.RecordScrubAsync(turn, index + 1, unrecorded, cancellationToken).ConfigureAwait(false);
                unrecorded = 0;
            }
        }

        await catalog.RecordScrubAsync(turn, null, unrecorded, cancellationToken).ConfigureAwait(false);
        return true;

        async ValueTask PaceAsync(int bytes, CancellationToken token)
        {
            paced += bytes;
            var early = TimeSpan.FromSeconds((double)paced / options.BytesPerSecond) - time.GetElapsedTime(began);
            if (early >= ShortestWait)
            {
                await Task.Delay(early, time, token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The files of a version; null where its manifest cannot be read, which readers find by its signature, and which must not hold back the others.</summary>
    private IReadOnlyList<ManifestFile>? ReadFiles(ImportRecord import)
    {
        try
        {
            return manifests.Read(import.Claim!).Files;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, e, import.Id, import.Claim!.Artifact.ToString());
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "Import {TransferId}, {Artifact}, cannot be hashed again: its manifest cannot be read; revoke it or restore .gateway of its directory")]
    private static partial void LogUnreadable(ILogger logger, Exception cause, string transferId, string artifact);
}
