using System.Collections.Frozen;
using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.Hosting;
using Gateway.Hosting.Calls;
using Gateway.Hosting.Inspection;
using Gateway.Hosting.Keys;
using Gateway.Low.Approve;
using Gateway.Low.Inspect;
using Gateway.Low.Judge;
using Gateway.Low.Seal;
using Gateway.Low.Send;
using Gateway.Low.Submit;
using Gateway.Storage;
using Gateway.Storage.Low;

namespace Gateway.Low;

/// <summary>Puts the low side's service together. Whatever it rests on is verified first: it does not start in doubt.</summary>
internal static class LowService
{
    /// <summary>Name of the program.</summary>
    public const string Name = "gateway-low";

    /// <summary>Builds the service from its configuration file. Refuses whatever is wrong with it or with what it names.</summary>
    public static async Task<Outcome<WebApplication>> BuildAsync(string configurationFile, TimeProvider time, CancellationToken cancellation)
    {
        if (!LowConfiguration.Read(configurationFile).Succeeded(out var configuration, out var refusal)
            || !TrustRootFile.Read(configuration.TrustRoot, time).Succeeded(out var root, out refusal)
            || !PolicyFiles.Load(configuration.Policy.Directory, configuration.Policy.Sha256).Succeeded(out var policy, out refusal)
            || !InspectorProgram.Find().Succeeded(out var inspector, out refusal)
            || !SigningKeyFile.Read(configuration.SigningKey).Succeeded(out var key, out refusal))
        {
            return refusal;
        }

        if (!IsInspector(key, root))
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"signingKey: {key.Public.KeyId} is no key of a machine with the inspector role");
        }

        if (!StorageRoot.Open(configuration.Storage.Root).Succeeded(out var storage, out refusal))
        {
            return refusal;
        }

        if (!(await LowCatalog.OpenAsync(storage.CatalogFile, time)).Succeeded(out var catalog, out refusal))
        {
            storage.Dispose();
            return refusal;
        }

        refusal = await catalog.RaiseFloorAsync(VersionFloor.TrustRoot, root.Version, root.Digest, cancellation)
            ?? await catalog.RaiseFloorAsync(VersionFloor.Policy, policy.Bundle.Version, policy.Bundle.Digest, cancellation);
        var service = refusal is null ? await BuildAsync(configuration, root, policy, key, storage, catalog, inspector, time, cancellation) : refusal;
        if (service.Refusal is not null)
        {
            await catalog.DisposeAsync();
            storage.Dispose();
        }

        return service;
    }

    private static async Task<Outcome<WebApplication>> BuildAsync(
        LowConfiguration configuration,
        TrustRoot root,
        ActivePolicy policy,
        SigningKey key,
        StorageRoot storage,
        LowCatalog catalog,
        string inspector,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var settings = new HostSettings(Name, configuration.Listen, configuration.Tls, configuration.Telemetry ?? new());
        if (!GatewayHost.CreateBuilder(settings, root, catalog.AuditAsync, time).Succeeded(out var builder, out var refusal))
        {
            return refusal;
        }

        var starts = new Dictionary<string, (ulong LastSession, LaneSequence Sequence)>(StringComparer.Ordinal);
        foreach (var lane in configuration.Lanes)
        {
            starts[lane.Id] = (
                (ulong)await catalog.LastSessionAsync(lane.Id, cancellation), new LaneSequence((uint)await catalog.StartLaneAsync(lane.Id, cancellation)));
        }

        builder.Services
            .AddSingleton(configuration).AddSingleton(configuration.Release ?? new()).AddSingleton(configuration.Deduplication ?? new())
            .AddSingleton(_ => policy).AddSingleton(_ => key).AddSingleton(_ => storage).AddSingleton(_ => catalog)
            .AddSingleton<LowDocuments>().AddSingleton<StoredRelease>().AddSingleton<Staging>().AddSingleton<TransferLocks>()
            .AddSingleton<Creation>().AddSingleton<Upload>().AddSingleton<Submission>().AddSingleton<DocumentReading>()
            .AddSingleton(services => Inspectors.OfLowSide(inspector, time, services.GetRequiredService<ILogger<Inspectors>>()))
            .AddSingleton(services => new Inspection(
                catalog,
                services.GetRequiredService<LowDocuments>(),
                services.GetRequiredService<Staging>(),
                services.GetRequiredService<Inspectors>(),
                configuration.SecondOpinion is { } asked ? new SecondOpinions(asked, time, services.GetRequiredService<ILogger<SecondOpinions>>()) : null,
                root,
                key))
            .AddSingleton<Judgement>().AddSingleton<ApprovalDesk>().AddSingleton<SentFiles>().AddSingleton<Sealing>()
            .AddSingleton(services => configuration.Lanes.ToFrozenDictionary(
                lane => lane.Id,
                lane => lane.IsFolder
                    ? OutboundLane.Folder(
                        lane.ToFolderOptions(starts[lane.Id].LastSession, configuration.Storage.MinimumFreeBytes), starts[lane.Id].Sequence, catalog, time, services.GetRequiredService<ILogger<FolderSender>>())
                    : OutboundLane.Udp(
                        lane.ToSenderOptions(starts[lane.Id].LastSession), starts[lane.Id].Sequence, catalog, time, services.GetRequiredService<ILogger<LaneSender>>()),
                StringComparer.Ordinal))
            .AddSingleton<Resending>().AddSingleton<Repairing>().AddSingleton<LowPipeline>().AddSingleton<Carrying>()
            .AddSingleton(new AuditLog(catalog.ListAuditAsync))
            .AddHostedService<OutboundLanes>()
            .AddHostedService(services => services.GetRequiredService<Carrying>())
            .AddHostedService<StagingSweep>()
            .AddCatalogCheck(catalog.ListAuditAsync);

        var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILogger<LowPipeline>>();
        catalog.StateChanged += logger.StateChanged;
        catalog.StateChanged += LowTelemetry.Count;
        app.MapGatewayServices();
        app.MapGrpcService<TransferEndpoints>();
        app.MapGrpcService<ReviewEndpoints>();
        app.MapGrpcService<ApprovalEndpoints>();
        app.MapGrpcService<OutboundLaneEndpoints>();
        app.MapGrpcService<RepairEndpoints>();
        app.MapGrpcService<AuditLog>();
        var active = $"trust root {root.Version} {root.Digest}, policy {policy.Bundle.Version} {policy.Bundle.Digest}";
        await catalog.AuditAsync(new AuditEntry { Actor = AuditEntry.Service, Action = "service.started", Detail = active }, cancellation);
        return app;
    }

    private static bool IsInspector(SigningKey key, TrustRoot root) =>
        root.Contents.Machines.Any(machine => machine.Roles.Contains(Role.Inspector) && machine.Keys.Contains(key.Public));
}
