using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.High.Judge;
using Gateway.High.Receive;
using Gateway.High.Verify;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>An import that readers can see.</summary>
/// <param name="Id">The import's id.</param>
/// <param name="Artifact">What it is.</param>
public sealed record Published(string Id, ArtifactName Artifact);

/// <summary>
/// Check 9, publication: all of a version becomes visible in one step, or none of it. Order: the verdict beside the documents, <c>_SUCCESS</c>, everything
/// read-only and flushed, the rename, the view of it as a hub's cache, <c>current</c>, then the commit that consumes the transfer id. A crash after the rename is completed by <see cref="ResumeAsync"/>.
/// </summary>
public sealed class Publication(Enclave enclave, HighCatalog catalog, StagingArea staging, PublishedTree published, HubCache hub, TimeProvider time) : IDisposable
{
    /// <summary>Largest verdict, in bytes: its lists name at most the approvers of one release and the rules of one policy.</summary>
    private const int MaximumVerdictBytes = 1 << 20;

    // One publication at a time: what the ledger says before the rename still holds at the commit.
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Publishes. Refuses as <see cref="HighCatalog.FindObjectionAsync"/> does, and with <see cref="RefusalCode.Expired"/>: verification takes time.</summary>
    public async Task<Outcome<Published>> PublishAsync(Judged judged, Received received, CancellationToken cancellationToken)
    {
        using var activity = HighTelemetry.Activities.StartActivity("publish");

        // Before the version is visible: what a crash leaves on record counts for nobody.
        await catalog.RecordFilesAsync(received.Id, judged.Verified.Admitted.Manifest.Files.Where(file => file.Bytes > 0).Select(file => file.Digest), cancellationToken).ConfigureAwait(false);
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var claim = judged.Verified.Admitted.Claim;
            var now = time.GetUtcNow();
            var objection = await catalog.FindObjectionAsync(claim, cancellationToken).ConfigureAwait(false)
                ?? ReleaseBinding.Validity(judged.Verified.Admitted.Release.Release, now);
            if (objection is not null)
            {
                return objection;
            }

            DurableFiles.Replace(
                Path.Combine(received.Tree, PublishedFiles.Directory, PublishedFiles.Verdict), Verdict.Of(judged, enclave, now).ToBytes());
            DurableFiles.Replace(
                Path.Combine(received.Tree, PublishedFiles.Success), SuccessMarker.Of(claim.Release, claim.Manifest, claim.Files, claim.Bytes));
            published.Add(received.Tree, claim.Artifact);
            return await CommitAsync(received.Id, claim).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// Completes a publication that ended between rename and commit, or returns null where there is none to complete. Only publication makes that state: the
    /// tree has left staging, and the published one carries the verdict on this very release. Refuses as <see cref="HighCatalog.FindObjectionAsync"/>
    /// does; the tree is in staging again then, where no reader sees it.
    /// </summary>
    public async Task<Outcome<Published>?> ResumeAsync(ImportRecord import, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (import is not { State: ImportState.Verifying, Claim: { } claim } || staging.Holds(import.Id) || !IsRenamed(claim))
            {
                return null;
            }

            if (await catalog.FindObjectionAsync(claim, cancellationToken).ConfigureAwait(false) is { } objection)
            {
                await WithdrawAsync(import.Id, claim).ConfigureAwait(false);
                return objection;
            }

            published.Seal(claim.Artifact);
            return await CommitAsync(import.Id, claim).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Runs a change of what is published while nothing else changes it.</summary>
    public async Task<T> AloneAsync<T>(Func<Task<T>> change, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Leads names that readers follow to the newest version beside this one, or nowhere, and takes this one out of the hub's view. To be called alone.</summary>
    public async Task LeaveAsync(ImportClaim claim)
    {
        var versions = await catalog.ListVersionsAsync(claim.Artifact.FoldedName, Import.Library.MaximumVersions, CancellationToken.None).ConfigureAwait(false);
        var others = versions.Where(version => version.Id != claim.TransferId).Select(version => version.Claim!).ToList();
        if (others.Count > 0)
        {
            MakeCurrent(others[0]);
        }
        else
        {
            published.RemoveCurrent(claim.Artifact);
        }

        hub.Remove(claim, others);
    }

    public void Dispose() => turn.Dispose();

    private bool IsRenamed(ImportClaim claim)
    {
        var path = published.DocumentOf(claim.Artifact, PublishedFiles.Verdict);
        return File.Exists(path) && Hosting.BoundedFile.Read(path, MaximumVerdictBytes).Succeeded(out var verdict, out _) && Verdict.IsOn(claim, verdict);
    }

    // Not cancellable: a name that readers follow must not be left without a target.
    private async Task WithdrawAsync(string id, ImportClaim claim)
    {
        await LeaveAsync(claim).ConfigureAwait(false);
        published.Withdraw(claim.Artifact, staging.TreeOf(id));
    }

    private void MakeCurrent(ImportClaim claim)
    {
        published.MakeCurrent(claim.Artifact);
        hub.MakeCurrent(claim);
    }

    // Not cancellable: the version is visible, so the record of it has to follow.
    private async Task<Published> CommitAsync(string id, ImportClaim claim)
    {
        using (HighTelemetry.Activities.StartActivity("hub view"))
        {
            hub.Add(claim);
        }

        // A version that is mended may have been overtaken.
        var overtaken = (await catalog.FindPublishedAsync(claim.Artifact.FoldedName, null, CancellationToken.None).ConfigureAwait(false)).Succeeded(out var current, out _)
            && current.State == ImportState.Published && current.Claim!.Sequence > claim.Sequence;
        MakeCurrent(overtaken ? current!.Claim! : claim);
        if (await catalog.PublishAsync(id, CancellationToken.None).ConfigureAwait(false) is { } refusal)
        {
            throw new InvalidOperationException($"The ledger changed while {id} was published: {refusal}");
        }

        staging.Remove(id);
        return new Published(id, claim.Artifact);
    }
}
