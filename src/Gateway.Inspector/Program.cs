using System.Globalization;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Inspector;
using Gateway.Inspector.Confinement;

// A worker that inspects one transfer and ends. Started without arguments it waits for its job, gives up every right that the job does not need, and executes itself again;
// with them it is confined, and reads what nobody has looked at yet.
var input = Console.OpenStandardInput();
var output = Console.OpenStandardOutput();
if (args is [var path, var layout, var cpuSeconds, var heapBytes, var decodes])
{
    ResourceLimits.Set(ulong.Parse(heapBytes, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(long.Parse(cpuSeconds, CultureInfo.InvariantCulture)));
    var confinement = new ConfinementReport(Landlock.Version(), SystemCallFilter.IsAvailable);
    if (confinement.FiltersSystemCalls)
    {
        SystemCallFilter.Install();
    }

    await Frame.WriteAsync(output, confinement.ToBytes(), CancellationToken.None);
    var manifest = await Frame.ReadAsync(input, Manifest.MaximumPayloadBytes, CancellationToken.None);
    var report = TransferInspection.Run(manifest, path, Enum.Parse<ContentLayout>(layout), bool.Parse(decodes));
    await Frame.WriteAsync(output, report.Payload, CancellationToken.None);
    return 0;
}

InspectionJob job;
try
{
    job = InspectionJob.Of(await Frame.ReadAsync(input, InspectionJob.MaximumBytes, CancellationToken.None));
}
catch (EndOfStreamException)
{
    // The service ended before it had a job.
    return 0;
}

ConfinedStart.Execute(
    job.Path,
    job.HeapBytes,
    job.Path,
    job.Layout.ToString(),
    job.CpuSeconds.ToString(CultureInfo.InvariantCulture),
    job.HeapBytes.ToString(CultureInfo.InvariantCulture),
    job.Decodes.ToString());
return 1;
