using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.High.Judge;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Verify;
using Gateway.Hosting;
using Gateway.Hosting.Inspection;
using Gateway.Storage.High;

namespace Gateway.High;

/// <summary>
/// The way into the enclave, Received → Verified → Judged → Published. Each stage takes the type that only the stage before it can make, and that type is the
/// check that it passed; so none of the nine can be left out. Whatever is not a success ends in quarantine.
/// </summary>
public sealed class HighPipeline(Enclave enclave, HeaderChecks headerChecks, Publication publication, PublishedTree published, Inspectors inspectors, HighCatalog catalog)
{
    /// <summary>Carries one import from its last block to its readers, or says why not.</summary>
    public async Task<Outcome<Published>> CarryAsync(Received received, CancellationToken cancellationToken)
    {
        // 1 to 5: envelope, threshold, binding, freshness, manifest. They let the header in; clock and ledger have moved since.
        var header = await headerChecks.RunAsync(received.Arrival, received.Documents, cancellationToken).ConfigureAwait(false);
        if (!header.Outcome.Succeeded(out var admitted, out var refusal))
        {
            return refusal;
        }

        // 6: bytes
        var bytes = await Whole.CheckAsync(admitted, received.Tree, inspectors, cancellationToken).ConfigureAwait(false);
        if (!bytes.Succeeded(out var whole, out refusal))
        {
            return refusal;
        }

        // 7: content
        var previous = await FindPreviousAsync(admitted, cancellationToken).ConfigureAwait(false);
        var firstPublished = await catalog.FindFirstPublicationAsync(admitted.Manifest.Artifact.FoldedName, cancellationToken).ConfigureAwait(false);
        if (!Verified.Check(whole, previous, firstPublished).Succeeded(out var verified, out refusal))
        {
            return refusal;
        }

        // 8: policy
        if (!Judged.Check(verified, enclave.Policy).Succeeded(out var judged, out refusal))
        {
            return refusal;
        }

        // 9: publication
        return await publication.PublishAsync(judged, received, cancellationToken).ConfigureAwait(false);
    }

    private async Task<EarlierVersion?> FindPreviousAsync(Admitted admitted, CancellationToken cancellationToken)
    {
        if (admitted.Inspection.Report.Previous is not { } named
            || await catalog.FindByManifestAsync(admitted.Manifest.Artifact.FoldedName, named.ManifestDigest, cancellationToken).ConfigureAwait(false)
                is not { State: ImportState.Published or ImportState.Revoked or ImportState.Retired, Claim.Artifact: { } artifact })
        {
            return null;
        }

        // It was verified when it was published; only damage makes it unreadable, and damage must not pass for a missing version.
        return ReadDocument(artifact, PublishedFiles.Manifest).Succeeded(out var manifest, out var refusal)
            && ReadDocument(artifact, PublishedFiles.Inspection).Succeeded(out var inspection, out refusal)
            && EarlierVersion.Open(manifest, inspection).Succeeded(out var version, out refusal) && version.ManifestDigest == named.ManifestDigest
                ? version
                : throw new InvalidDataException($"The documents of {artifact} cannot be read any more: {refusal}");
    }

    private Outcome<byte[]> ReadDocument(ArtifactName artifact, string document) =>
        BoundedFile.Read(published.DocumentOf(artifact, document), SessionHeader.MaximumBytes);
}
