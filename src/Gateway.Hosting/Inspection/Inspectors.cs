using System.ComponentModel;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Microsoft.Extensions.Logging;

namespace Gateway.Hosting.Inspection;

/// <summary>
/// Has artifacts inspected by processes that can do nothing else: one for each, started ahead, confined before it sees a byte of the artifact, killed afterwards. Whatever it answers
/// is parsed as a stranger's; a worker that crashes, takes too long or answers nonsense refuses the artifact. Safe for concurrent use.
/// </summary>
public sealed partial class Inspectors : IDisposable
{
    /// <summary>Most bytes of managed objects in a worker: a manifest and an inspection of 64 MiB each, as text and as objects, and what the limits of the verifiers let them hold.</summary>
    private const ulong HeapBytes = 1 << 30;

    /// <summary>The same where it decodes: a page or a record batch at its limit, compressed, decompressed and as values.</summary>
    private const ulong DecodingHeapBytes = 3UL << 30;

    /// <summary>Time that an inspection may take beside its bytes: 200,000 files.</summary>
    private static readonly TimeSpan BaseLimit = TimeSpan.FromMinutes(5);

    /// <summary>Bytes a second below which something is wrong: a slow disk reads ten times as many.</summary>
    private const long SlowestBytesPerSecond = 8 << 20;

    private readonly string program;
    private readonly bool decodes;
    private readonly TimeProvider time;
    private readonly ILogger<Inspectors> logger;
    private readonly Lock gate = new();
    private InspectorWorker? ahead;
    private ConfinementReport? reported;
    private bool isDisposed;

    private Inspectors(string program, bool decodes, TimeProvider time, ILogger<Inspectors> logger)
    {
        (this.program, this.decodes, this.time, this.logger) = (program, decodes, time, logger);
        StartAhead();
    }

    /// <summary>Those of the low side, which also have decoded what they accept.</summary>
    /// <param name="program">The worker's program, <see cref="InspectorProgram.Find"/>.</param>
    /// <param name="time">Clock of this side.</param>
    /// <param name="logger">Told what confines workers, and how one failed.</param>
    public static Inspectors OfLowSide(string program, TimeProvider time, ILogger<Inspectors> logger) => new(program, decodes: true, time, logger);

    /// <summary>Those of the high side, which read structure only: no decoder of others runs in the enclave.</summary>
    /// <param name="program">As on the low side.</param>
    /// <param name="time">As on the low side.</param>
    /// <param name="logger">As on the low side.</param>
    public static Inspectors OfHighSide(string program, TimeProvider time, ILogger<Inspectors> logger) => new(program, decodes: false, time, logger);

    /// <summary>
    /// Inspects the files of a manifest. Refuses with <see cref="RefusalCode.InspectorFailed"/>; what the inspection itself refuses is in the report. The caller hashes the same files:
    /// nothing here says that they are those of the manifest.
    /// </summary>
    /// <param name="path">The artifact's stream, or the directory of its files.</param>
    /// <param name="layout">Which of the two.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="cancellationToken">Ends the worker.</param>
    public async Task<Outcome<InspectionReport>> InspectAsync(
        string path, ContentLayout layout, Manifest manifest, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var most = BaseLimit + TimeSpan.FromSeconds(manifest.TotalBytes / SlowestBytesPerSecond);
        using var limit = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var worker = Take();
        try
        {
            var job = new InspectionJob(Path.GetFullPath(path), layout, (long)most.TotalSeconds, decodes ? DecodingHeapBytes : HeapBytes, decodes);
            Report(await worker.ConfineAsync(job, either.Token).ConfigureAwait(false));
            return Check(await worker.InspectAsync(payload, either.Token).ConfigureAwait(false), manifest, payload);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var late = $"no answer within {most.TotalSeconds:0} s";
            LogFailed(logger, path, await worker.KillAsync($"there was {late}").ConfigureAwait(false));
            return new Refusal(RefusalCode.InspectorFailed, late);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or JsonException)
        {
            var end = e is IOException ? worker.EndAsync() : worker.KillAsync("what it answered cannot be read");
            LogFailed(logger, path, await end.ConfigureAwait(false));
            return new Refusal(RefusalCode.InspectorFailed, "it ended without an answer");
        }
    }

    /// <summary>Ends the worker that waits.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            ahead?.Dispose();
            ahead = null;
        }
    }

    private static Outcome<InspectionReport> Check(byte[] answer, Manifest manifest, ReadOnlyMemory<byte> payload)
    {
        if (!InspectionReport.Parse(answer).Succeeded(out var report, out var refusal))
        {
            return new Refusal(RefusalCode.InspectorFailed, $"its answer does not parse: {refusal.Name}");
        }

        var isOfThis = report.ManifestDigest == Digest.Of(payload.Span) && report.VerifierVersion == ArtifactInspector.VerifierVersion && report.Previous is null && report.SecondOpinion is null
            && report.Files.Count == manifest.Files.Count;
        return isOfThis && report.IsOfThisVersion ? report : new Refusal(RefusalCode.InspectorFailed, "its answer is about something else");
    }

    private InspectorWorker Take()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (ahead is { HasEnded: true })
            {
                ahead.Dispose();
                ahead = null;
            }

            var worker = ahead ?? InspectorWorker.Start(program);
            ahead = null;
            StartAhead();
            return worker;
        }
    }

    private void StartAhead()
    {
        try
        {
            ahead = InspectorWorker.Start(program);
        }
        catch (Win32Exception e)
        {
            // The next job tries again, and says so where it cannot.
            LogNotStarted(logger, e, program);
        }
    }

    /// <summary>Told once, and again when it changes: a site is to know what holds its workers.</summary>
    private void Report(ConfinementReport confinement)
    {
        if (Interlocked.Exchange(ref reported, confinement) == confinement)
        {
            return;
        }

        if (confinement.IsWhole)
        {
            LogConfined(logger, confinement.LandlockVersion);
        }
        else
        {
            LogNotWhollyConfined(logger, confinement.LandlockVersion, confinement.FiltersSystemCalls);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Inspection runs confined: Landlock {Landlock}, seccomp, resource limits")]
    private static partial void LogConfined(ILogger logger, int landlock);

    [LoggerMessage(2, LogLevel.Warning, "Inspection is not wholly confined: Landlock {Landlock} (0: the kernel has none), seccomp {Seccomp}; run a kernel with both")]
    private static partial void LogNotWhollyConfined(ILogger logger, int landlock, bool seccomp);

    [LoggerMessage(3, LogLevel.Error, "The inspection of {Path} failed: {End}")]
    private static partial void LogFailed(ILogger logger, string path, string end);

    [LoggerMessage(4, LogLevel.Error, "No worker could be started from {Program}")]
    private static partial void LogNotStarted(ILogger logger, Exception cause, string program);
}
