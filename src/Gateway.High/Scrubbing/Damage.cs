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
    /// <summary>
    /// Takes the version from readers; <see cref="LookAtTheRestAsync"/> is to follow. False where there is nothing to take: it is withdrawn or revoked already, or was
    /// mended since it was looked at.
    /// </summary>
    /// <param name="found">The version.</param>
    /// <param name="rotten">Index of the file.</param>
    /// <param name="sound">Files from the first on that are known to be sound.</param>
    /// <param name="cancellationToken">Cancels the waiting for its turn.</param>
    public async Task<bool> WithdrawAsync(RotFinding found, int rotten, int sound, CancellationToken cancellationToken)
    {
        var manifest = manifests.Read(found.Import.Claim!);
        var path = manifest.Files[rotten].Path.Value;
        var recorded = await publication
            .AloneAsync(
                async () =>
                {
                    if (!await RecordAsync(found, manifest, index => index >= sound, [path], null, CancellationToken.None).ConfigureAwait(false))
                    {
                        return false;
                    }

                    await TakeAsideAsync(found.Import, [path]).ConfigureAwait(false);
                    return true;
                },
                cancellationToken)
            .ConfigureAwait(false);
        if (recorded)
        {
            HighTelemetry.RottenFiles.Add(1);
            LogRotten(logger, found.Import.Id, found.Import.Claim!.Artifact.ToString(), path);

            // Others may have the same bytes under a name of theirs.
            await catalog.SuspectAsync(manifest.Files[rotten].Digest, CancellationToken.None).ConfigureAwait(false);
        }

        return recorded;
    }

    /// <summary>Hashes the other files of a version that was withdrawn, so that just what is rotten is asked for.</summary>
    /// <param name="found">The version.</param>
    /// <param name="rotten">Index of the file that is rotten.</param>
    /// <param name="sound">Files from the first on that are known to be sound.</param>
    /// <param name="cancellationToken">Cancels; all files that are not known to be sound are asked for then.</param>
    public async Task LookAtTheRestAsync(RotFinding found, int rotten, int sound, CancellationToken cancellationToken)
    {
        var (import, manifest) = (found.Import, manifests.Read(found.Import.Claim!));
        var others = new List<int>();
        for (var index = sound; index < manifest.Files.Count; index++)
        {
            var file = manifest.Files[index];
            if (index != rotten
                && !await FileHash.IsSoundAsync(Path.Combine(staging.TreeOf(import.Id), file.Path.Value), file, cancellationToken).ConfigureAwait(false))
            {
                others.Add(index);
            }
        }

        var (all, paths) = (others.Append(rotten).ToHashSet(), others.Select(index => manifest.Files[index].Path.Value).ToList());
        if (await RecordAsync(found, manifest, all.Contains, paths, () => paths.ForEach(path => staging.QuarantineFile(import.Id, path)), cancellationToken)
            .ConfigureAwait(false))
        {
            HighTelemetry.RottenFiles.Add(paths.Count);
            paths.ForEach(path => LogRotten(logger, import.Id, import.Claim!.Artifact.ToString(), path));
        }
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
        RotFinding found, Manifest manifest, Func<int, bool> isMissing, IReadOnlyList<string> paths, Action? setAside, CancellationToken cancellationToken)
    {
        var blocks = Sound(manifest, isMissing);
        return catalog.DamageAsync(found, new(blocks.BlockBytes, blocks.ToBytes()), blocks.WrittenBytes, blocks.Missing, paths, setAside, cancellationToken);
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
