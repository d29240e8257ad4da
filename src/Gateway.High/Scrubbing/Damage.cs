using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.Storage.High;

namespace Gateway.High.Scrubbing;

/// <summary>
/// Takes a version with a rotten file from readers, and makes it wait for just the blocks of that. The catalog's commit comes first: from then on no service of this
/// side gives out a byte of it. The rest of its files is hashed after that, so that all that is rotten is asked for at once; until then all of them count as missing.
/// </summary>
public sealed partial class Damage(
    HighCatalog catalog, Publication publication, PublishedTree published, PublishedManifests manifests, StagingArea staging, ILogger<Damage> logger)
{
    /// <summary>Deals with a file that is rotten.</summary>
    /// <param name="turn">The version.</param>
    /// <param name="rotten">Index of the file; those before it are sound.</param>
    /// <param name="cancellationToken">Cancels the hashing of what follows it.</param>
    public async Task FoundAsync(ScrubTurn turn, int rotten, CancellationToken cancellationToken)
    {
        var manifest = manifests.Read(turn.Import.Claim!);
        var path = manifest.Files[rotten].Path.Value;
        var recorded = await publication
            .AloneAsync(
                async () =>
                {
                    if (!await RecordAsync(turn, manifest, index => index >= rotten, [path], null, CancellationToken.None).ConfigureAwait(false))
                    {
                        return false;
                    }

                    await TakeAsideAsync(turn.Import, [path]).ConfigureAwait(false);
                    return true;
                },
                cancellationToken)
            .ConfigureAwait(false);
        if (!recorded)
        {
            return;
        }

        HighTelemetry.RottenFiles.Add(1);
        LogRotten(logger, turn.Import.Id, turn.Import.Claim!.Artifact.ToString(), path);
        await LookAtTheRestAsync(turn, manifest, rotten, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes what a crash interrupted, before a lane is open.</summary>
    public async Task CarryOnAsync(CancellationToken cancellationToken)
    {
        foreach (var version in (await catalog.ListToSetAsideAsync(cancellationToken).ConfigureAwait(false)).GroupBy(file => file.Import.Id))
        {
            try
            {
                await publication
                    .AloneAsync(
                        async () =>
                        {
                            await TakeAsideAsync(version.First().Import, [.. version.Select(file => file.Path)]).ConfigureAwait(false);
                            return true;
                        },
                        cancellationToken)
                    .ConfigureAwait(false);
            }
#pragma warning disable CA1031 // One version that a damaged disk holds back must not hold back the service, which gives nothing of it out.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogLeft(logger, e, version.Key);
            }
        }
    }

    private async Task LookAtTheRestAsync(ScrubTurn turn, Manifest manifest, int rotten, CancellationToken cancellationToken)
    {
        var all = new HashSet<int> { rotten };
        for (var index = rotten + 1; index < manifest.Files.Count; index++)
        {
            var file = manifest.Files[index];
            if (!await FileHash.IsSoundAsync(Path.Combine(staging.TreeOf(turn.Import.Id), file.Path.Value), file, cancellationToken).ConfigureAwait(false))
            {
                all.Add(index);
            }
        }

        var others = all.Where(index => index != rotten).Select(index => manifest.Files[index].Path.Value).ToList();
        if (await RecordAsync(turn, manifest, all.Contains, others, () => others.ForEach(path => staging.QuarantineFile(turn.Import.Id, path)), cancellationToken)
            .ConfigureAwait(false))
        {
            HighTelemetry.RottenFiles.Add(others.Count);
            others.ForEach(path => LogRotten(logger, turn.Import.Id, turn.Import.Claim!.Artifact.ToString(), path));
        }
    }

    // Not cancellable: it is on record as incomplete, and has to be where its blocks go.
    private async Task TakeAsideAsync(ImportRecord import, IReadOnlyList<string> paths)
    {
        await publication.LeaveAsync(import.Claim!).ConfigureAwait(false);
        if (!staging.Holds(import.Id))
        {
            published.Withdraw(import.Claim!.Artifact, staging.TreeOf(import.Id));
        }

        foreach (var path in paths)
        {
            staging.QuarantineFile(import.Id, path);
        }

        await catalog.RecordSetAsideAsync(import.Id, CancellationToken.None).ConfigureAwait(false);
    }

    private Task<bool> RecordAsync(
        ScrubTurn turn, Manifest manifest, Func<int, bool> isMissing, IReadOnlyList<string> paths, Action? setAside, CancellationToken cancellationToken)
    {
        var blocks = Sound(manifest, isMissing);
        return catalog.DamageAsync(turn, new(blocks.BlockBytes, blocks.ToBytes()), blocks.WrittenBytes, blocks.Missing, paths, setAside, cancellationToken);
    }

    /// <summary>The blocks of which no byte belongs to a file that is missing.</summary>
    private static BlockBitmap Sound(Manifest manifest, Func<int, bool> isMissing)
    {
        var blocks = BlockBitmap.Empty(manifest.TotalBytes, FecGeometry.Default.PayloadBytes);
        blocks.Mark(BlockRanges.Inside(manifest.SpansOf(index => !isMissing(index)), blocks.BlockBytes, blocks.TotalBytes));
        return blocks;
    }

    [LoggerMessage(2, LogLevel.Critical, "Import {TransferId} is rotten, and its directory could not be taken from readers; mend the cause and start again")]
    private static partial void LogLeft(ILogger logger, Exception cause, string transferId);

    [LoggerMessage(1, LogLevel.Critical, "Import {TransferId}, {Artifact}, is withdrawn from readers: {Path} no longer has the bytes that were verified")]
    private static partial void LogRotten(ILogger logger, string transferId, string artifact, string path);
}
