using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.High;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.High.Verify;
using Gateway.Hosting;
using Gateway.Hosting.Inspection;
using Gateway.Storage;
using Gateway.Storage.High;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.High;

/// <summary>A whole high side without its sockets: real catalog, disk, trust root, policy and checks. Reopening it is a restart.</summary>
internal sealed class HighBench : IAsyncDisposable
{
    public const string EnclaveId = "enclave-a";
    public const string Lane = "lane-1";

    internal static readonly Lazy<ActivePolicy> DefaultPolicy = new(() => LoadPolicy(Path.Combine(Rules.Repository.Root, "policies", "default")));
    private readonly TemporaryDirectory directory = new();
    private StorageRoot? storage;
    private HighCatalog? catalog;
    private Publication? publication;
    private Intake? intake;
    private RefusalRecords? refusals;
    private Inspectors? inspectors;
    private readonly ImportLocks locks = new();

    private readonly long maximumArtifactBytes;

    private HighBench(DateTimeOffset now, RetentionOptions retention, long maximumArtifactBytes) =>
        (Time, RetentionOptions, this.maximumArtifactBytes) = (new(now), retention, maximumArtifactBytes);

    public FakeTimeProvider Time { get; }

    public TestPeople People { get; } = new();

    public Enclave Enclave { get; private set; } = null!;

    public HighCatalog Catalog => catalog!;

    public StorageRoot Storage => storage!;

    public StagingArea Staging { get; private set; } = null!;

    public PublishedTree Published { get; private set; } = null!;

    public PublishedManifests Manifests { get; private set; } = null!;

    public HubCache Hub { get; private set; } = null!;

    public Withdrawal Withdrawal { get; private set; } = null!;

    public RetentionOptions RetentionOptions { get; }

    public WithdrawnBytes WithdrawnBytes { get; private set; } = null!;

    public Retention Retention { get; private set; } = null!;

    public Damage Damage { get; private set; } = null!;

    public ReadVerification ReadVerification { get; private set; } = null!;

    public Publication Publication => publication!;

    public Scrubber Scrubber { get; private set; } = null!;

    public ScrubOptions ScrubOptions { get; } = new(IntervalDays: 30, BytesPerSecond: 1L << 40);

    public HeldFiles Held { get; private set; } = null!;

    public Intake Intake => intake!;

    public RefusalRecords Refusals => refusals!;

    public WaitingImports Waiting { get; private set; } = null!;

    public VerificationService Verification { get; private set; } = null!;

    public string Root => directory.Path;

    public long ReserveBytes { get; set; }

    public long BytesPerOrganisation { get; set; } = long.MaxValue;

    /// <param name="forbidDatasets">Under a policy that forbids every dataset, instead of the default one.</param>
    /// <param name="now">When it is; of no importance unless programs take part that have clocks of their own.</param>
    /// <param name="retention">Under these rules, instead of none.</param>
    /// <param name="maximumArtifactBytes">Largest artifact that is taken.</param>
    public static async Task<HighBench> OpenAsync(
        bool forbidDatasets = false, DateTimeOffset? now = null, RetentionOptions? retention = null, long maximumArtifactBytes = 1 << 20)
    {
        var bench = new HighBench(now ?? new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), retention ?? new(), maximumArtifactBytes);
        var policy = forbidDatasets ? LoadPolicy(bench.WritePolicy()) : DefaultPolicy.Value;
        bench.Enclave = new Enclave(EnclaveId, bench.People.Root(bench.Time.GetUtcNow()), policy);
        await bench.OpenStoreAsync();
        return bench;
    }

    /// <summary>Forgets everything in memory, as kill -9 does, and starts as the service starts.</summary>
    public async Task RestartAsync()
    {
        await CloseStoreAsync();
        await OpenStoreAsync();
        using var expiry = new ExpiryService(Catalog, Staging, locks, Time);
        await new Restart(Catalog, Staging, publication!, Withdrawal, Damage, Waiting, expiry, NullLogger<Restart>.Instance).CarryOnAsync(default);
    }

    /// <summary>The same under the default policy, which the site installed meanwhile.</summary>
    public Task RestartUnderDefaultPolicyAsync()
    {
        Enclave = Enclave with { Policy = DefaultPolicy.Value };
        return RestartAsync();
    }

    /// <summary>The same under a policy that forbids every dataset, which the site installed meanwhile.</summary>
    public Task RestartForbiddingDatasetsAsync()
    {
        Enclave = Enclave with { Policy = LoadPolicy(WritePolicy()) };
        return RestartAsync();
    }

    /// <summary>The import that is verified next; waits for one.</summary>
    public async Task<string> NextWaitingAsync()
    {
        await foreach (var id in Waiting.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            return id;
        }

        throw new InvalidOperationException("Nothing waits.");
    }

    /// <summary>Hands a header in as a lane does, then its blocks but for those left out.</summary>
    /// <returns>The destination; null where the header was refused.</returns>
    public async Task<BlockDestination?> SendAsync(Shipment shipment, ulong session = 1, params int[] lost)
    {
        var destination = await Intake.OpenAsync(Lane, shipment.Header(session), default);
        if (destination is null)
        {
            return null;
        }

        for (var block = 0; block < destination.Blocks; block++)
        {
            if (!lost.Contains(block))
            {
                await destination.WriteAsync(block, shipment.Block(block, destination.BlockBytes), default);
            }
        }

        await destination.SessionEndedAsync(default);
        await destination.DisposeAsync();
        return destination;
    }

    /// <summary>Sends a shipment and runs its verification; the record it ends as.</summary>
    public async Task<ImportRecord> CarryAsync(Shipment shipment, ulong session = 1)
    {
        if (await SendAsync(shipment, session) is not null)
        {
            await Verification.VerifyAsync(shipment.TransferId, default);
            return await FindAsync(shipment.TransferId);
        }

        return (await Catalog.ListAsync(ImportState.Quarantined, null, 1, default))[0];
    }

    public async Task<ImportRecord> FindAsync(string id) =>
        (await Catalog.FindAsync(id, default)).Succeeded(out var import, out var refusal) ? import : throw new InvalidOperationException(refusal.ToString());

    /// <summary>Lets a published file rot by a bit.</summary>
    public void Flip(ImportRecord import, string path, long byteAt, int bit)
    {
        var full = Path.Combine(Root, import.Path!, path);
        File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = new FileStream(full, FileMode.Open, FileAccess.ReadWrite);
        file.Position = byteAt;
        var value = file.ReadByte();
        file.Position = byteAt;
        file.WriteByte((byte)(value ^ (1 << bit)));
    }

    /// <summary>Lets the catalog's file grow no more, as on a full disk, and fills what is left of it; or makes room again.</summary>
    public async Task FillCatalogAsync(bool full)
    {
        await Catalog.WriteAsync(transaction => transaction.Execute(full ? "PRAGMA max_page_count = 1" : "PRAGMA max_page_count = 1000000"), default);
        foreach (var detail in full ? [new string('x', 800), ""] : Array.Empty<string>())
        {
            try
            {
                while (true)
                {
                    await Catalog.AuditAsync(new() { Actor = "test", Action = "filled", Detail = detail }, default);
                }
            }
            catch (IOException)
            {
                // No more of this size fits.
            }
        }
    }

    /// <summary>Paths of all that readers can see, relative to the published root.</summary>
    public IReadOnlyList<string> Visible() =>
        [
            .. Directory.EnumerateFiles(Path.Combine(Root, "published"), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(Path.Combine(Root, "published"), path)),
        ];

    public async ValueTask DisposeAsync()
    {
        await CloseStoreAsync();
        foreach (var path in Directory.EnumerateDirectories(Root, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }

        directory.Dispose();
    }

    private static ActivePolicy LoadPolicy(string folder)
    {
        var sources = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => new PolicySource(Path.GetRelativePath(folder, file).Replace('\\', '/'), () => File.OpenRead(file)));
        return Value(PolicyFiles.Load(folder, Value(PolicyBundle.Read(sources)).Digest));
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    private string WritePolicy()
    {
        var shipped = Path.Combine(Rules.Repository.Root, "policies", "default");
        var folder = Directory.CreateDirectory(directory["policy"]).FullName;
        File.Copy(Path.Combine(shipped, "schema.cedarschema"), Path.Combine(folder, "schema.cedarschema"));
        File.WriteAllText(Path.Combine(folder, "bundle.json"), """{"name":"no-datasets","version":1}""");
        File.WriteAllText(
            Path.Combine(folder, "kinds.cedar"),
            """
            @id("all")
            @reason("all that is not forbidden")
            @fix("nothing to do")
            permit (principal is Person, action == Action::"import", resource is Artifact);

            @id("no-datasets")
            @reason("datasets do not enter")
            @fix("send a checkpoint")
            forbid (principal is Person, action == Action::"import", resource is Artifact)
            when { resource.kind == "dataset" };
            """);
        Directory.CreateDirectory(Path.Combine(folder, "cases"));
        File.WriteAllText(
            Path.Combine(folder, "cases", "kinds.json"),
            """
            [{"name":"a dataset","request":{"submitter":"eva","kind":"dataset","name":"lab/sums","version":"1","destination":"enclave-a","lane":"lane-1",
            "formats":["text"],"findings":[],"severities":[],"files":1,"bytes":1},"approvals":2,"expect":{"decision":"deny","rules":["no-datasets"]}}]
            """);
        return folder;
    }

    private async Task OpenStoreAsync()
    {
        storage = Value(StorageRoot.Open(Root));
        catalog = Value(await HighCatalog.OpenAsync(storage.CatalogFile, Time));
        Staging = new StagingArea(storage, ReserveBytes);
        Published = new PublishedTree(storage);
        Waiting = new WaitingImports();
        var checks = new HeaderChecks(Enclave, catalog, Time);
        inspectors = Inspectors.OfHighSide(Value(InspectorProgram.Find()), TimeProvider.System, NullLogger<Inspectors>.Instance);
        Manifests = new PublishedManifests(Published);
        Hub = new HubCache(storage, Published, Manifests);
        publication = new Publication(Enclave, catalog, Staging, Published, Hub, Time);
        Withdrawal = new Withdrawal(storage, catalog, publication, Published, NullLogger<Withdrawal>.Instance);
        WithdrawnBytes = new WithdrawnBytes(storage, catalog, RetentionOptions, Time, NullLogger<WithdrawnBytes>.Instance);
        Retention = new Retention(catalog, Withdrawal, WithdrawnBytes, RetentionOptions, NullLogger<Retention>.Instance);
        Damage = new Damage(catalog, publication, Published, Manifests, Staging, NullLogger<Damage>.Instance);
        ReadVerification = new ReadVerification(catalog, Published, Manifests, Damage, Time, NullLogger<ReadVerification>.Instance);
        Scrubber = new Scrubber(catalog, Published, Manifests, Damage, ScrubOptions, Time, NullLogger<Scrubber>.Instance);
        refusals = new RefusalRecords(catalog, Time);
        Held = new HeldFiles(catalog, Published, Manifests, Staging, NullLogger<HeldFiles>.Instance);
        intake = new Intake(checks, catalog, Staging, Held, locks, Waiting, refusals, new IntakeOptions(maximumArtifactBytes, BytesPerOrganisation), NullLogger<Intake>.Instance);
        Verification = new VerificationService(
            Waiting,
            new HighPipeline(Enclave, checks, publication, Published, inspectors, catalog),
            catalog,
            Staging,
            Held,
            new ScrubService(Scrubber, Time, NullLogger<ScrubService>.Instance),
            new VerificationOptions(1),
            Time,
            NullLogger<VerificationService>.Instance);
    }

    private async Task CloseStoreAsync()
    {
        Verification.Dispose();
        await ReadVerification.DisposeAsync();
        inspectors!.Dispose();
        intake!.Dispose();
        refusals!.Dispose();
        publication!.Dispose();
        await catalog!.DisposeAsync();
        storage!.Dispose();
    }
}
