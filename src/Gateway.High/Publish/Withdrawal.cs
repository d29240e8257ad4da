using Gateway.Core;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>
/// Takes versions from readers that two people revoke or a rule retires. The catalog's commit comes first, so that no service of this side gives out a byte from
/// then on; then the names that lead there, the hub's view, and the directory, which goes to <c>revoked/&lt;id&gt;</c> or <c>retired/&lt;id&gt;</c> in one step. A
/// crash in between is completed by <see cref="CarryOnAsync"/>.
/// </summary>
public sealed partial class Withdrawal
{
    private readonly StorageRoot storage;
    private readonly HighCatalog catalog;
    private readonly Publication publication;
    private readonly PublishedTree published;
    private readonly ILogger<Withdrawal> logger;

    public Withdrawal(StorageRoot storage, HighCatalog catalog, Publication publication, PublishedTree published, ILogger<Withdrawal> logger)
    {
        (this.storage, this.catalog, this.publication, this.published, this.logger) = (storage, catalog, publication, published, logger);
        foreach (var directory in WithdrawnMarker.Directories(storage))
        {
            DurableFiles.CreateDirectory(directory);
            DurableFiles.SetMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

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

    /// <summary>See <see cref="HighCatalog.RetireAsync"/>; where that retires, nothing of the version is left where readers look when this returns.</summary>
    public Task<ImportRecord?> RetireAsync(string id, IReadOnlyList<RetentionRule> rules, CancellationToken cancellationToken) =>
        publication.AloneAsync(
            async () =>
            {
                var retired = await catalog.RetireAsync(id, rules, cancellationToken).ConfigureAwait(false);
                if (retired is not null)
                {
                    await TakeAwayAsync(retired).ConfigureAwait(false);
                }

                return retired;
            },
            cancellationToken);

    /// <summary>Completes what a crash or a failing disk interrupted.</summary>
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
                LogLeft(logger, e, import.Id, import.State.Word());
            }
        }
    }

    // Not cancellable: it is on record as withdrawn, and has to be gone.
    private async Task TakeAwayAsync(ImportRecord import)
    {
        await publication.LeaveAsync(import.Claim!).ConfigureAwait(false);
        published.TakeAway(import.Claim!.Artifact, WithdrawnMarker.TreeOf(storage, import), WithdrawnMarker.NameFor(import.State), WithdrawnMarker.Of(import));
        await catalog.RecordWithdrawnAsync(import.Id, CancellationToken.None).ConfigureAwait(false);
    }

    [LoggerMessage(1, LogLevel.Critical, "Import {TransferId} is {State}, and its directory could not be taken from readers; mend the cause and start again")]
    private static partial void LogLeft(ILogger logger, Exception cause, string transferId, string state);
}
