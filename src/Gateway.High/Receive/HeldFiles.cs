using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.High.Publish;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>
/// De-duplication: files that versions hold which readers can see need not cross again. An import that lacks them is given them as further names (hard links) of the same
/// bytes. That places bytes, as a lane does, and decides nothing: all of them are hashed and inspected with the others before they are published under the new name.
/// </summary>
public sealed partial class HeldFiles(HighCatalog catalog, PublishedTree published, PublishedManifests manifests, StagingArea staging, ILogger<HeldFiles> logger)
{
    /// <summary>Bytes of the files of a manifest that are held.</summary>
    public async Task<long> CountAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var held = await FindAsync(manifest, cancellationToken).ConfigureAwait(false);
        return held.Keys.Sum(index => manifest.Files[index].Bytes);
    }

    /// <summary>
    /// Gives an import, whose session is over, the files that are held, and marks the blocks that lie in them. Its missing blocks stay missing where nobody holds them: they are
    /// asked for by the repair code. A version that is mended gets nothing: what it has in common with others may be what rotted.
    /// </summary>
    /// <param name="import">The import, which has a place in staging.</param>
    /// <param name="blocks">The blocks that are here.</param>
    /// <param name="cancellationToken">Cancels; what was linked before stays, and is found again.</param>
    /// <returns>The blocks that are here then; the same object where there are no more.</returns>
    public async Task<BlockBitmap> CompleteAsync(ImportRecord import, BlockBitmap blocks, CancellationToken cancellationToken)
    {
        if (await catalog.IsDamagedAsync(import.Id, cancellationToken).ConfigureAwait(false))
        {
            return blocks;
        }

        var manifest = ReadManifest(import);
        var held = await FindAsync(manifest, cancellationToken).ConfigureAwait(false);
        var linked = Link(import.Id, manifest, held, cancellationToken);
        if (linked.Count == 0)
        {
            return blocks;
        }

        var completed = blocks.Snapshot();
        completed.Mark(BlockRanges.Inside(manifest.SpansOf(linked.Contains), blocks.BlockBytes, blocks.TotalBytes));
        if (completed.Written == blocks.Written)
        {
            return blocks;
        }

        var tree = StagedTree.Of(staging.TreeOf(import.Id), manifest);
        if (completed.Missing == 0)
        {
            tree.Complete();
        }

        DurableFiles.FlushFileSystem(tree.Root);
        var bytes = completed.WrittenBytes - blocks.WrittenBytes;
        HighTelemetry.HeldBytes.Add(bytes);
        LogHeld(logger, import.Id, linked.Count, bytes);
        return completed;
    }

    /// <summary>
    /// To be called where a file of an import had not the bytes of its manifest: where it was given that file, has the versions that share it hashed before all others. True where
    /// there are any.
    /// </summary>
    public async Task<bool> SuspectAsync(ImportRecord import, string path, CancellationToken cancellationToken) =>
        StagedTree.IsSealed(Path.Combine(staging.TreeOf(import.Id), path))
        && ReadManifest(import).Files.FirstOrDefault(file => file.Path.Value == path) is { } file
        && await catalog.SuspectAsync(file.Digest, cancellationToken).ConfigureAwait(false) > 0;

    private async Task<IReadOnlyDictionary<int, string>> FindAsync(Manifest manifest, CancellationToken cancellationToken)
    {
        var indexes = Enumerable.Range(0, manifest.Files.Count).Where(index => manifest.Files[index].Bytes > 0).ToLookup(index => manifest.Files[index].Digest);
        var holders = await catalog.FindHoldersAsync(indexes.Select(same => same.Key), cancellationToken).ConfigureAwait(false);
        var held = new Dictionary<int, string>();
        foreach (var (id, digests) in holders.GroupBy(pair => pair.Value, pair => pair.Key, (id, digests) => (id, digests.ToHashSet())))
        {
            if (!(await catalog.FindAsync(id, cancellationToken).ConfigureAwait(false)).Succeeded(out var holder, out _) || holder.Claim is not { } claim)
            {
                continue;
            }

            foreach (var file in FilesOf(claim).Where(file => digests.Remove(file.Digest)))
            {
                var path = Path.Combine(published.DirectoryOf(claim.Artifact), file.Path.Value);
                foreach (var index in new FileInfo(path) is { Exists: true } stored && stored.Length == file.Bytes ? indexes[file.Digest] : [])
                {
                    held[index] = path;
                }
            }
        }

        return held;
    }

    private IReadOnlyList<ManifestFile> FilesOf(ImportClaim claim)
    {
        try
        {
            return manifests.Read(claim).Files;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, e, claim.Artifact.ToString());
            return [];
        }
    }

    /// <returns>The files that have a sealed place in the tree now.</returns>
    private HashSet<int> Link(string id, Manifest manifest, IReadOnlyDictionary<int, string> held, CancellationToken cancellationToken)
    {
        var linked = new HashSet<int>();
        var unfit = new HashSet<string>(StringComparer.Ordinal);
        var draft = staging.LinkOf(id);
        foreach (var (index, source) in held.OrderBy(pair => pair.Key).Where(pair => !unfit.Contains(pair.Value)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Path.Combine(staging.TreeOf(id), manifest.Files[index].Path.Value);
            try
            {
                if (!StagedTree.IsSealed(target))
                {
                    File.Delete(draft);
                    DurableFiles.Link(source, draft);
                    if (!StagedTree.IsSealed(draft))
                    {
                        // Somebody made the published file writable: a name here would let blocks in.
                        unfit.Add(source);
                        LogNotSealed(logger, id, source);
                        continue;
                    }

                    Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                    File.Move(draft, target, overwrite: true);
                }

                linked.Add(index);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has as many names as the file system gives one file, or readers have just lost it: it has to cross.
                unfit.Add(source);
                LogNotLinked(logger, e, id, manifest.Files[index].Path.Value);
            }
        }

        File.Delete(draft);
        return linked;
    }

    private Manifest ReadManifest(ImportRecord import)
    {
        Refusal? refusal;
        if (Envelope.Parse(staging.ReadDocuments(import.Id).Manifest).Succeeded(out var envelope, out refusal) && envelope.PayloadDigest == import.Claim!.Manifest
            && Manifest.Parse(envelope.Payload).Succeeded(out var manifest, out refusal))
        {
            return manifest;
        }

        throw new InvalidDataException($"The manifest of import {import.Id} cannot be read any more: {refusal}");
    }

    [LoggerMessage(1, LogLevel.Information, "Import {TransferId} has files that published versions hold: {Files}, which spare it {Bytes} bytes of blocks")]
    private static partial void LogHeld(ILogger logger, string transferId, int files, long bytes);

    [LoggerMessage(3, LogLevel.Error, "What {Artifact} holds cannot be given to another version: its manifest cannot be read")]
    private static partial void LogUnreadable(ILogger logger, Exception cause, string artifact);

    [LoggerMessage(4, LogLevel.Error, "Import {TransferId} is not given {Path}: a published file that may be written. Take the write bit away")]
    private static partial void LogNotSealed(ILogger logger, string transferId, string path);

    [LoggerMessage(2, LogLevel.Warning, "Import {TransferId} cannot be given {Path}, which a published version holds; it has to cross again")]
    private static partial void LogNotLinked(ILogger logger, Exception cause, string transferId, string path);
}
