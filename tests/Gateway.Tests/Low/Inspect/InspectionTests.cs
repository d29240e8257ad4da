using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Inspection;
using Gateway.Low.Inspect;
using Gateway.Low.Submit;
using Gateway.Storage;
using Gateway.Storage.Low;
using Gateway.Tests.Core.Trust;
using Gateway.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Tests.Low.Inspect;

/// <summary>The stage on real files and a real catalog, with a program that answers in the place of the worker.</summary>
public sealed class InspectionTests : IDisposable
{
    /// <summary>With paths at their longest, a manifest of 40 MB.</summary>
    private const int Files = 35_000;

    private static readonly SummaryEntry Long = new("said", new string('s', 16_000));

    private readonly TemporaryDirectory directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    /// <summary>Each is within its limit, and with another that is shorter it crosses: of the same manifest, 60 MB are too much and 4 MB are not.</summary>
    [Fact]
    public async Task Documents_that_do_not_cross_in_one_session_are_refused_before_people_are_asked()
    {
        using var storage = StorageRoot.Open(directory["store"]).OrRefuse();
        await using var catalog = (await LowCatalog.OpenAsync(storage.CatalogFile, TimeProvider.System)).OrRefuse();
        var documents = new LowDocuments(storage);
        var staging = new Staging(storage, catalog, TimeProvider.System);
        var submitted = await SubmitAsync(catalog);
        var id = submitted.Transfer.Id;
        await File.WriteAllBytesAsync(staging.PathOf(id), [], Cancellation);

        var refusal = (await InspectAsync(3_900)).Refusal;
        Assert.Equal(RefusalCode.TooLarge, refusal?.Code);
        Assert.Contains("one session", refusal!.Detail, StringComparison.Ordinal);
        Assert.Null((await catalog.FindAsync(id, Cancellation)).OrRefuse().Inspection);
        Assert.Throws<DirectoryNotFoundException>(() => documents.OpenRead(id, LowDocument.Inspection));

        var inspected = (await InspectAsync(100)).OrRefuse();
        Assert.Equal(inspected.Inspection.Digest, (await catalog.FindAsync(id, Cancellation)).OrRefuse().Inspection);
        Assert.Equal(inspected.Inspection.Envelope.ToBytes(), await documents.ReadAsync(id, LowDocument.Inspection, Cancellation));

        async Task<Outcome<Inspected>> InspectAsync(int longFiles)
        {
            var program = WorkerProgram.Answering(directory, Report(submitted.Manifest.Digest, longFiles).ToPayload());
            using var inspectors = Inspectors.OfLowSide(program, TimeProvider.System, NullLogger<Inspectors>.Instance);
            return await new Inspection(catalog, documents, staging, inspectors, null, TrustedSite.Root, TrustedSite.Inspector).InspectAsync(submitted, Cancellation);
        }
    }

    private static async Task<Submitted> SubmitAsync(LowCatalog catalog)
    {
        var name = ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1").OrRefuse();
        var below = string.Concat(Enumerable.Repeat($"/{new string('p', 250)}", 4));
        var manifest = Manifest.Create(
            new ManifestHead(name, "internal", "alice", "to test", "", ""),
            Enumerable.Range(0, Files).Select(i => new ManifestFile(ArtifactPath.Parse($"{i:000000}{below}").OrRefuse(), 0, Digest.Of([]), "text"))).OrRefuse();
        var transfer = (await catalog.CreateAsync(
            new NewTransfer($"{1:x32}", name, "internal", "enclave-a", "lane-1", "alice", "to test", 50, 0, Files),
            (Guid.NewGuid().ToString(), Digest.Of([])), "alice", _ => null, validateOnly: false, Cancellation)).OrRefuse();
        return Submitted.Open(transfer, Envelope.Sign(manifest.ToPayload(), TrustedSite.Alice).ToBytes(), TrustedSite.Root).OrRefuse();
    }

    /// <param name="manifest">What it is about.</param>
    /// <param name="longFiles">Files of which 16,000 characters are told.</param>
    private static InspectionReport Report(Digest manifest, int longFiles) => TrustedSite.Report(manifest) with
    {
        VerifierVersion = ArtifactInspector.VerifierVersion,
        Files = [.. Enumerable.Range(0, Files).Select(i => new InspectedFile("text", FileFormat.Text.Verifier(), [], i < longFiles ? [Long] : [], []))],
    };
}
