using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Storage;
using Gateway.Storage.Low;

namespace Gateway.Low.Submit;

/// <summary>The staged bytes of transfers: one file each, kept as long as they may still cross.</summary>
internal sealed class Staging(StorageRoot storage, LowCatalog catalog, TimeProvider time)
{
    /// <summary>After this long without a byte an upload is given up: it holds a name and space that others wait for.</summary>
    public static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(7);

    /// <summary>Time between two looks for what is no longer needed.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    public string PathOf(string transferId) => Path.Combine(storage.Staging, transferId);

    /// <summary>Frees a transfer's bytes where they cannot cross any more.</summary>
    public async Task ReleaseAsync(string transferId, CancellationToken cancellation)
    {
        var isNeeded = (await catalog.FindAsync(transferId, cancellation)).Succeeded(out var transfer, out _)
            && (transfer.State == TransferState.SentUnconfirmed ? transfer.Expires > time.GetUtcNow() : !transfer.State.IsFinal());
        if (!isNeeded)
        {
            DurableFiles.Delete(PathOf(transferId));
        }
    }

    /// <summary>Gives up abandoned uploads and frees whatever a crash or the end of a release left behind.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        foreach (var id in await catalog.ListIdsAsync([TransferState.Uploading], cancellation))
        {
            if ((await catalog.FindAsync(id, cancellation)).Succeeded(out var transfer, out _) && transfer.Updated + AbandonedAfter <= time.GetUtcNow())
            {
                var because = new Refusal(RefusalCode.UploadStalled, $"nothing came for {AbandonedAfter.TotalDays} days");
                await catalog.MoveAsync(id, TransferState.Expired, AuditEntry.Service, because, cancellation);
            }
        }

        foreach (var path in Directory.EnumerateFiles(storage.Staging))
        {
            await ReleaseAsync(Path.GetFileName(path), cancellation);
        }
    }
}
