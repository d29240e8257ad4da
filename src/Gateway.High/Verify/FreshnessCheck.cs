using Gateway.Core;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>
/// Check 4, freshness: the ledger holds neither this transfer id nor other content under this name and version, and nothing newer of this artifact.
/// That trust root and policy never go backwards is checked where they are loaded.
/// </summary>
public sealed class Fresh
{
    private Fresh(Bound bound) => Bound = bound;

    public Bound Bound { get; }

    /// <summary>Refuses as <see cref="HighCatalog.FindObjectionAsync"/> does. The ledger asks again in the transaction that publishes.</summary>
    public static async Task<Outcome<Fresh>> CheckAsync(Bound bound, HighCatalog ledger, CancellationToken cancellationToken) =>
        await ledger.FindObjectionAsync(bound.Approved.Claim, cancellationToken).ConfigureAwait(false) is { } objection
            ? objection
            : new Fresh(bound);
}
