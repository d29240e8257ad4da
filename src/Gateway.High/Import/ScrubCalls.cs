using Gateway.Core.Trust;
using Gateway.High.Scrubbing;
using Gateway.Hosting.Calls;
using Gateway.Protocol.High.V1;
using Gateway.Storage.High;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RottenFileMessage = Gateway.Protocol.High.V1.RottenFile;

namespace Gateway.High.Import;

/// <summary>What hashing published files again found.</summary>
internal sealed class ScrubCalls(HighCatalog catalog, ScrubOptions options, Scrubbing.ScrubService service) : Protocol.High.V1.ScrubService.ScrubServiceBase
{
    /// <summary>Most rotten files in a report: with the longest paths it stays under the message limit of 4 MiB.</summary>
    private const int MaximumRotten = 1_000;

    public override Task<ScrubReport> GetScrub(GetScrubRequest request, ServerCallContext context)
    {
        context.CallerWith(Role.Importer, Role.Auditor, Role.Admin);
        return ReportAsync(context.CancellationToken);
    }

    public override async Task<ScrubReport> RequestScrub(RequestScrubRequest request, ServerCallContext context)
    {
        var caller = context.CallerWith(Role.Admin);
        await catalog.RequestScrubAsync(caller.Id, context.CancellationToken);
        service.Ring();
        return await ReportAsync(context.CancellationToken);
    }

    private async Task<ScrubReport> ReportAsync(CancellationToken cancellationToken)
    {
        var run = await catalog.FindScrubRunAsync(cancellationToken);
        var rotten = await catalog.ListRottenAsync(MaximumRotten, cancellationToken);
        return new ScrubReport
        {
            BeginTime = run is null ? null : Timestamp.FromDateTimeOffset(run.Began),
            EndTime = run?.Ended is { } ended ? Timestamp.FromDateTimeOffset(ended) : null,
            Versions = run?.Versions ?? 0,
            Bytes = run?.Bytes ?? 0,
            RottenFiles = run?.Rotten ?? 0,
            IntervalDays = options.IntervalDays,
            BytesPerSecond = options.BytesPerSecond,
            Rotten = { rotten.Select(ToProto) },
        };
    }

    private static RottenFileMessage ToProto(Storage.High.RottenFile file) => new()
    {
        Import = ImportMessages.Collection + file.Import.Id,
        Artifact = file.Import.Claim?.Artifact.ToProto(),
        Path = file.Path,
        FindTime = Timestamp.FromDateTimeOffset(file.Found),
        RepairTime = file.Repaired is { } repaired ? Timestamp.FromDateTimeOffset(repaired) : null,
    };
}
