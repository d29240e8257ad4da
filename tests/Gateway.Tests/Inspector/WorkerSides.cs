using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Hosting.Inspection;
using Gateway.Tests.Core.Inspection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Inspector;

/// <summary>Has files inspected by real workers, as either side does.</summary>
internal sealed class WorkerSides : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public static string Program => Value(InspectorProgram.Find());

    public void Dispose() => directory.Dispose();

    public static Inspectors Side(bool isLow, string program) => isLow
        ? Inspectors.OfLowSide(program, TimeProvider.System, NullLogger<Inspectors>.Instance) : Inspectors.OfHighSide(program, TimeProvider.System, NullLogger<Inspectors>.Instance);

    public static ManifestFile Entry(string path, byte[] content) => new(Inspected.Path(path), content.Length, Digest.Of(content), FormatGuess.FromName(path).Name());

    public static Manifest Manifest(IEnumerable<(string Path, byte[] Content)> files) => Manifest(files.Select(f => Entry(f.Path, f.Content)));

    public static Manifest Manifest(IEnumerable<ManifestFile> files) => Value(Gateway.Core.Manifests.Manifest.Create(
        new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1")), "", "alice", "to test", "", ""), files));

    public async Task<Outcome<InspectionReport>> LowAsync(Manifest manifest, (string, byte[])[] files)
    {
        using var inspectors = Side(isLow: true, Program);
        return await RunAsync(inspectors, manifest, files);
    }

    public async Task<Outcome<InspectionReport>> HighAsync(Manifest manifest, (string, byte[])[] files)
    {
        using var inspectors = Side(isLow: false, Program);
        return await RunAsync(inspectors, manifest, files);
    }

    /// <param name="inspectors">Of one side.</param>
    /// <param name="manifest">That lists the files.</param>
    /// <param name="files">In the order of their paths.</param>
    public async Task<Outcome<InspectionReport>> RunAsync(Inspectors inspectors, Manifest manifest, (string Path, byte[] Content)[] files)
    {
        var stage = directory["stage"];
        await File.WriteAllBytesAsync(stage, [.. files.SelectMany(f => f.Content)]);
        return await inspectors.InspectAsync(stage, ContentLayout.Stream, manifest, manifest.ToPayload(), CancellationToken.None);
    }

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());
}
