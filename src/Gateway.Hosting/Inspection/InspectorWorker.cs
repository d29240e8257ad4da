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

    private readonly Process process;
    private readonly Task<string> lastWords;

    private InspectorWorker(Process process)
    {
        this.process = process;
        lastWords = ReadAsync(process.StandardError);
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

    /// <summary>Kills it and says how it ended: its exit code, and the first of what it wrote to its standard error.</summary>
    public async Task<string> EndAsync()
    {
        Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        return $"exit code {process.ExitCode}: {await lastWords.ConfigureAwait(false)}";
    }

    public void Dispose()
    {
        Kill();
        process.Dispose();
    }

    private void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    // What comes beyond is not read: a worker that goes on writing stands still until it is killed.
    private static async Task<string> ReadAsync(StreamReader errors)
    {
        var text = new StringBuilder();
        var buffer = new char[MaximumLastWords];
        int read;
        while (text.Length < MaximumLastWords && (read = await errors.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            text.Append(buffer, 0, Math.Min(read, MaximumLastWords - text.Length));
        }

        return text.ToString();
    }
}
