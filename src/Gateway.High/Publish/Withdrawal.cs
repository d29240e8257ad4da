using System.Text.Json;
using Gateway.Core;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>
/// Takes revoked versions from readers. The catalog's commit comes first, so that no service of this side gives out a byte from then on; then the names that
/// lead there, the hub's view, and the directory, which goes to <c>revoked/&lt;id&gt;</c> in one step. A crash in between is completed by <see cref="CarryOnAsync"/>.
/// </summary>
public sealed partial class Withdrawal
{
    private readonly HighCatalog catalog;
    private readonly Publication publication;
    private readonly PublishedTree published;
    private readonly ILogger<Withdrawal> logger;
    private readonly string revoked;

    public Withdrawal(StorageRoot storage, HighCatalog catalog, Publication publication, PublishedTree published, ILogger<Withdrawal> logger)
    {
        (this.catalog, this.publication, this.published, this.logger) = (catalog, publication, published, logger);
        revoked = DirectoryIn(storage);
        DurableFiles.CreateDirectory(revoked);
        DurableFiles.SetMode(revoked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Where the trees of revoked versions lie, each by the id of its import.</summary>
    internal static string DirectoryIn(StorageRoot storage) => Path.Combine(storage.Path, "revoked");

    /// <summary>See <see cref="HighCatalog.RevokeAsync"/>; where that revokes, nothing of the version is left where readers look when this returns.</summary>
    public Task<Outcome<ImportRecord>> RevokeAsync(
        string id, string reason, (string Id, Digest Body) request, string actor, string person, CancellationToken cancellationToken) =>
        publication.AloneAsync(
            async () =>
            {
                var outcome = await catalog.RevokeAsync(id, reason, request, actor, person, cancellationToken).ConfigureAwait(false);
                if (outcome.Succeeded(out var import, out _) && import.State == ImportState.Revoked)
                {
                    await TakeAwayAsync(import).ConfigureAwait(false);
                }

                return outcome;
            },
            cancellationToken);

    /// <summary>Completes what a crash interrupted, at the start of the service.</summary>
    public async Task CarryOnAsync(CancellationToken cancellationToken)
    {
        foreach (var import in await catalog.ListToWithdrawAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await publication
                    .AloneAsync(
                        async () =>
                        {
                            await TakeAwayAsync(import).ConfigureAwait(false);
                            return true;
                        },
                        cancellationToken)
                    .ConfigureAwait(false);
            }
#pragma warning disable CA1031 // One version that a damaged disk holds back must not hold back the service, which gives nothing of it out.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogLeft(logger, e, import.Id);
            }
        }
    }

    // Not cancellable: it is on record as revoked, and has to be gone.
    private async Task TakeAwayAsync(ImportRecord import)
    {
        await publication.LeaveAsync(import.Claim!).ConfigureAwait(false);
        published.Revoke(import.Claim!.Artifact, Path.Combine(revoked, import.Id), Marker(import));
        await catalog.RecordWithdrawnAsync(import.Id, CancellationToken.None).ConfigureAwait(false);
    }

    private static byte[] Marker(ImportRecord import)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("import", import.Id);
            json.WriteString("artifact", import.Claim!.Artifact.ToString());
            json.WriteString("reason", import.Revocation!.Reason);
            json.WriteString("requestedBy", import.Revocation.RequestedBy);
            json.WriteString("carriedOutBy", import.Revocation.CarriedOutBy);
            json.WriteString("time", import.Revocation.CarriedOut!.Value);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    [LoggerMessage(1, LogLevel.Critical, "Import {TransferId} is revoked, and its directory could not be taken from readers; mend the cause and start again")]
    private static partial void LogLeft(ILogger logger, Exception cause, string transferId);
}
