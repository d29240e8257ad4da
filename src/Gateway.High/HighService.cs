using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.High.Import;
using Gateway.High.Import.Access;
using Gateway.High.Import.Web;
using Gateway.High.Publish;
using Gateway.High.Receive;
using Gateway.High.Scrubbing;
using Gateway.High.Verify;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Configuration;
using Gateway.Hosting.Inspection;
using Gateway.Hosting.Keys;
using Gateway.Storage;
using Gateway.Storage.High;

namespace Gateway.High;

/// <summary>Puts the service together from its configuration. Everything that can be refused is refused here, before a lane or a port is open.</summary>
internal static class HighService
{
    private const string Name = "gateway-high";

    /// <summary>Reads the configuration and what it names, brings disk and catalog in step, and builds the service.</summary>
    public static async Task<Outcome<WebApplication>> BuildAsync(string configurationFile, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        if (!ConfigurationFile.Read(configurationFile, HighConfigurationJson.Default.HighConfiguration, c => c.Check()).Succeeded(out var configuration, out var refusal)
            || !TrustRootFile.Read(configuration.TrustRoot, time).Succeeded(out var root, out refusal)
            || !PolicyFiles.Load(configuration.Policy.Directory, configuration.Policy.Sha256).Succeeded(out var policy, out refusal)
            || !InspectorProgram.Find().Succeeded(out var inspector, out refusal)
            || !StorageRoot.Open(configuration.Storage.Root).Succeeded(out var storage, out refusal)
            || !(await HighCatalog.OpenAsync(storage.CatalogFile, time)).Succeeded(out var catalog, out refusal))
        {
            return refusal;
        }

        if (await RaiseFloorsAsync(catalog, root, policy, cancellationToken) is { } rollback)
        {
            return rollback;
        }

        var settings = new HostSettings(Name, configuration.Listen, configuration.Tls, configuration.Telemetry ?? new TelemetryOptions())
        {
            Readers = configuration.Readers?.EndPoints ?? [],
        };
        if (!GatewayHost.CreateBuilder(settings, root, catalog.AuditAsync, time).Succeeded(out var builder, out refusal))
        {
            return refusal;
        }

        if (!(await ConfiguredLane.ReadAsync(configuration, catalog, cancellationToken)).Succeeded(out var lanes, out refusal))
        {
            return refusal;
        }

        AddStages(builder.Services, configuration, lanes, storage, catalog, inspector, new Enclave(configuration.Enclave, root, policy));
        var app = builder.Build();
        catalog.StateChanged += app.Services.GetRequiredService<ILogger<HighPipeline>>().StateChanged;
        app.MapReaders();
        app.MapGatewayServices();
        app.MapGrpcService<ImportCalls>();
        app.MapGrpcService<ConsumerCalls>();
        app.MapGrpcService<QuarantineCalls>();
        app.MapGrpcService<RevocationCalls>();
        app.MapGrpcService<RetentionCalls>();
        app.MapGrpcService<ScrubCalls>();
        app.MapGrpcService<AccessCalls>();
        app.MapGrpcService<LaneCalls>();
        app.MapGrpcService<RepairCalls>();
        app.MapGrpcService<AuditLog>();
        await app.Services.GetRequiredService<Restart>().CarryOnAsync(cancellationToken);
        if (OpenLanes(app.Services) is { } unbound)
        {
            return unbound;
        }

        var active = $"trust root {root.Version} {root.Digest}, policy {policy.Bundle.Version} {policy.Bundle.Digest}";
        await catalog.AuditAsync(new AuditEntry { Actor = AuditEntry.Service, Action = "service.started", Detail = active }, cancellationToken);
        return app;
    }

    /// <summary>Check 4's other half: neither trust root nor policy goes back to one that was active before.</summary>
    private static async Task<Refusal?> RaiseFloorsAsync(
        HighCatalog catalog, TrustRoot root, ActivePolicy policy, CancellationToken cancellationToken) =>
        await catalog.RaiseFloorAsync(VersionFloor.TrustRoot, root.Version, root.Digest, cancellationToken)
        ?? await catalog.RaiseFloorAsync(VersionFloor.Policy, policy.Bundle.Version, policy.Bundle.Digest, cancellationToken);

    private static void AddStages(
        IServiceCollection services,
        HighConfiguration configuration,
        IReadOnlyList<ConfiguredLane> lanes,
        StorageRoot storage,
        HighCatalog catalog,
        string inspector,
        Enclave enclave)
    {
        services.AddSingleton(_ => storage);
        services.AddSingleton(_ => catalog);
        services.AddSingleton(enclave);
        services.AddSingleton(new IntakeOptions(configuration.Storage.MaximumArtifactBytes, configuration.Quota?.BytesPerOrganisation ?? long.MaxValue));
        services.AddSingleton(new VerificationOptions(configuration.Verifications));
        services.AddSingleton(new AuditReader(catalog.ListAuditAsync));
        services.AddCatalogCheck(catalog.ListAuditAsync);
        services.AddSingleton(new StagingArea(storage, configuration.Storage.MinimumFreeBytes));
        services.AddSingleton<PublishedTree>();
        services.AddSingleton<PublishedManifests>();
        services.AddSingleton<HubCache>();
        services.AddSingleton<PublishedFileReader>();
        services.AddReaders();
        services.AddSingleton(provider => Inspectors.OfHighSide(inspector, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Inspectors>>()));
        services.AddSingleton<HeaderChecks>();
        services.AddSingleton<WaitingImports>();
        services.AddSingleton<Publication>();
        services.AddSingleton<Withdrawal>();
        services.AddSingleton<Damage>();
        services.AddSingleton(configuration.Retention ?? new RetentionOptions());
        services.AddSingleton<WithdrawnBytes>();
        services.AddSingleton<Retention>();
        services.AddSingleton(configuration.Scrub ?? new ScrubOptions());
        services.AddSingleton<ReadVerification>();
        services.AddSingleton<Scrubber>();
        services.AddSingleton<ScrubService>();
        services.AddSingleton<HighPipeline>();
        services.AddSingleton<Restart>();
        services.AddSingleton<ExpiryService>();
        services.AddSingleton<RefusalRecords>();
        services.AddSingleton<HeldFiles>();
        services.AddSingleton<ImportLocks>();
        services.AddSingleton<Intake>();
        services.AddSingleton<LaneLosses>();
        services.AddSingleton<IReadOnlyList<ILaneReceiver>>(provider => OpenLanes(lanes, provider));
        services.AddHostedService<VerificationService>();
        services.AddHostedService(provider => provider.GetRequiredService<ExpiryService>());
        services.AddHostedService(provider => provider.GetRequiredService<RefusalRecords>());
        services.AddHostedService<StoppedImportService>();
        services.AddHostedService<CompletionService>();
        services.AddHostedService<RetentionService>();
        services.AddHostedService(provider => provider.GetRequiredService<ScrubService>());
        services.AddHostedService<ReceivingService>();
    }

    // What was bound is given back where the next one cannot be: the container knows only the whole list.
    private static List<ILaneReceiver> OpenLanes(IReadOnlyList<ConfiguredLane> lanes, IServiceProvider provider)
    {
        var intake = provider.GetRequiredService<Intake>();
        var receivers = new List<ILaneReceiver>();
        try
        {
            foreach (var lane in lanes)
            {
                receivers.Add(lane.Open((header, token) => intake.OpenAsync(lane.Id, header, token), provider));
            }

            return receivers;
        }
        catch
        {
            receivers.ForEach(receiver => receiver.Dispose());
            throw;
        }
    }

    private static Refusal? OpenLanes(IServiceProvider services)
    {
        try
        {
            services.GetRequiredService<IReadOnlyList<ILaneReceiver>>();
            return null;
        }
        catch (System.Net.Sockets.SocketException e)
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"lanes: {e.Message}");
        }
    }
}
