using System.Diagnostics;
using System.Text;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;

namespace Gateway.Hosting.Inspection;

/// <summary>A process that inspects one transfer. It is started before there is one, and is killed whatever comes of it.</summary>
internal sealed class InspectorWorker : IDisposable
{
    /// <summary>Characters kept of what it writes to its standard error: a stack trace of a crash.</summary>
    private const int MaximumLastWords = 4096;

    /// <summary>Exit code of one that SIGKILL ended, as the runtime tells signals: 128 and their number.</summary>
    private const int Killed = 128 + 9;

    /// <summary>How long one that closed its pipes may take to be gone, and what it wrote to be read: the kernel does both within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Process process;
    private readonly CancellationTokenSource unheard = new();
    private readonly Task<string> lastWords;

    private InspectorWorker(Process process)
    {
        this.process = process;
        lastWords = ReadAsync(process.StandardError, unheard.Token);
    }

    /// <summary>Starts one that waits for its job. It gets nothing of this process's environment but where the runtime is.</summary>
    public static InspectorWorker Start(string program)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        var runtime = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (runtime is not null)
        {
            start.Environment["DOTNET_ROOT"] = runtime;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>True where it is no longer there: a kernel short of memory may take one that waits.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Gives it its job; returns when it is confined, with what confines it.</summary>
    public async Task<ConfinementReport> ConfineAsync(InspectionJob job, CancellationToken cancellationToken)
    {
        await Frame.WriteAsync(process.StandardInput.BaseStream, job.ToBytes(), cancellationToken).ConfigureAwait(false);
        return ConfinementReport.Of(await Frame.ReadAsync(process.StandardOutput.BaseStream, ConfinementReport.MaximumBytes, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Gives it the manifest's payload and waits for what it found: bytes that nobody has checked.</summary>
    public async Task<byte[]> InspectAsync(ReadOnlyMemory<byte> manifest, CancellationToken cancellationToken)
    {
        await Frame.WriteAsync(process.StandardInput.BaseStream, manifest, cancellationToken).ConfigureAwait(false);
        return await Frame.ReadAsync(process.StandardOutput.BaseStream, InspectionReport.MaximumPayloadBytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits for the end of one that hung up, which it may yet be about, and kills it where that does not come. Says which of the two it was, and the first of what it wrote to its
    /// standard error.
    /// </summary>
    public async Task<string> EndAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(late.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await KillAsync("it hung up and went on running").ConfigureAwait(false);
    }

    /// <summary>Kills it. Says so, and the reason; or how it ended, where it did so by itself before.</summary>
    public async Task<string> KillAsync(string reason)
    {
        var isRunning = !process.HasExited;
        Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);

        // The signal may come too late: then the exit code is its own.
        var end = isRunning && process.ExitCode == Killed ? $"killed, because {reason}" : $"it ended by itself with exit code {Code(process.ExitCode)}";

        // What it started may hold its standard error open for ever.
        unheard.CancelAfter(Patience);
        return await lastWords.ConfigureAwait(false) is { Length: > 0 } words ? $"{end}: {words}" : end;
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
        unheard.Dispose();
    }

    private void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    private static string Code(int code) => code > 128 ? $"{code} (signal {code - 128})" : $"{code}";

    // What comes beyond is not read: a worker that goes on writing stands still until it is killed.
    private static async Task<string> ReadAsync(StreamReader errors, CancellationToken unheard)
    {
        var text = new StringBuilder();
        var buffer = new char[MaximumLastWords];
        int read;
        try
        {
            while (text.Length < MaximumLastWords && (read = await errors.ReadAsync(buffer, unheard).ConfigureAwait(false)) > 0)
            {
                text.Append(buffer, 0, Math.Min(read, MaximumLastWords - text.Length));
            }
        }
        catch (OperationCanceledException)
        {
            // It is gone; what it wrote until then is here.
        }

        return text.ToString();
    }
}
