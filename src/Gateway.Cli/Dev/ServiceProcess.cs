using System.Diagnostics;

namespace Gateway.Cli.Dev;

/// <summary>
/// A service as a child process. It runs with <c>--stop-with-stdin</c> and holds the read end of a pipe from here: should this process die in whatever way,
/// the pipe closes and the service stops. Its log goes to a file.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>How long a service may take to stop before it is killed.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process process;
    private readonly TextWriter log;

    private ServiceProcess(Process process, TextWriter log, string logFile)
    {
        this.process = process;
        this.log = log;
        LogFile = logFile;
    }

    /// <summary>What it logs, appended.</summary>
    public string LogFile { get; }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>Completes when it ends, by itself or not.</summary>
    public Task EndedAsync(CancellationToken cancel) => process.WaitForExitAsync(cancel);

    /// <summary>True once it has ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Starts a program of this product, e.g. <c>gateway-low</c>.</summary>
    public static ServiceProcess Start(string program, string configurationFile, string logFile)
    {
        var start = new ProcessStartInfo(ProductPrograms.Find(program))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("--config");
        start.ArgumentList.Add(configurationFile);
        start.ArgumentList.Add("--stop-with-stdin");
        var log = TextWriter.Synchronized(new StreamWriter(logFile, append: true) { AutoFlush = true });
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServiceProcess(process, log, logFile);
    }

    /// <summary>Stops it: first by closing its stdin, then by force.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        finally
        {
            process.Dispose();
            await log.DisposeAsync();
        }
    }

    private static void Append(TextWriter log, string? line)
    {
        if (line is not null)
        {
            log.WriteLine(line);
        }
    }
}
