using Gateway.Core;
using Gateway.High.Receive;
using Gateway.Storage.High;

namespace Gateway.High.Verify;

/// <summary>What the first five checks say.</summary>
/// <param name="Outcome">What may be received, or why not.</param>
/// <param name="Claim">What the release says; null where it could not be read.</param>
/// <param name="Believed">True where enough people signed the claim.</param>
public sealed record HeaderVerdict(Outcome<Admitted> Outcome, ImportClaim? Claim, bool Believed);

/// <summary>The checks that need only a header: asked when it arrives, before any block is taken, and again before publication.</summary>
public sealed class HeaderChecks(Enclave enclave, HighCatalog ledger, TimeProvider time)
{
    /// <summary>Checks 1 to 5, in their order; each takes what the one before it gave.</summary>
    public async Task<HeaderVerdict> RunAsync(Arrival arrival, SessionDocuments documents, CancellationToken cancellationToken)
    {
        using var activity = HighTelemetry.Activities.StartActivity("verify header");

        // 1: envelope
        if (!Opened.Check(arrival, documents).Succeeded(out var opened, out var refusal))
        {
            return new(refusal, Claim: null, Believed: false);
        }

        // 2: threshold
        if (!Approved.Check(opened, enclave.Root).Succeeded(out var approved, out refusal))
        {
            return new(refusal, opened.Claim, Believed: false);
        }

        // 3: binding
        if (!Bound.Check(approved, enclave, time.GetUtcNow()).Succeeded(out var bound, out refusal))
        {
            return new(refusal, approved.Claim, Believed: true);
        }

        // 4: freshness
        if (!(await Fresh.CheckAsync(bound, ledger, cancellationToken).ConfigureAwait(false)).Succeeded(out var fresh, out refusal))
        {
            return new(refusal, approved.Claim, Believed: true);
        }

        // 5: manifest
        return new(Admitted.Check(fresh), approved.Claim, Believed: true);
    }
}
