using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.SystemTests.Site;

/// <summary>A program under test with everything it printed. Disposing kills it: nothing outlives its test.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentQueue<string> outputLines = new();
    private readonly ConcurrentQueue<string> errorLines = new();
    private readonly Task readers;
    private readonly SemaphoreSlim printed = new(0);

    private RunningProgram(Process process)
    {
        this.process = process;
        readers = Task.WhenAll(Read(process.StandardOutput, outputLines), Read(process.StandardError, errorLines));
    }

    public int Id => process.Id;

    /// <summary>Most memory that it had resident so far, in KiB (VmHWM of proc(5)); 0 once it is gone.</summary>
    public long PeakResidentKib
    {
        get
        {
            try
            {
                var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
                return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                return 0;
            }
        }
    }

    public bool HasExited => process.HasExited;

    /// <summary>All lines so far, both streams.</summary>
    public string Output => string.Join('\n', lines);

    public string StandardOutput => string.Join('\n', outputLines);

    public string StandardError => string.Join('\n', errorLines);

    public static RunningProgram Start(string program, params IReadOnlyList<string> arguments) => Start(program, arguments, new Dictionary<string, string>());

    public static RunningProgram Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Waits until a line holds the text; fails with the output where the program ends or time runs out first.</summary>
    public async Task WaitForLineAsync(string text, TimeSpan within)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        deadline.CancelAfter(within);
        try
        {
            while (!lines.Any(l => l.Contains(text, StringComparison.Ordinal)))
            {
                if (process.HasExited && readers.IsCompleted && printed.CurrentCount == 0)
                {
                    throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode} before it said '{text}':\n{Output}");
                }

                await printed.WaitAsync(TimeSpan.FromMilliseconds(200), deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} did not say '{text}' within {within}:\n{Output}");
        }
    }

    /// <summary>SIGKILL, as a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan within)
    {
        using var signal = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(Xunit.TestContext.Current.CancellationToken).WaitAsync(within, Xunit.TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public async Task<int> ExitAsync(TimeSpan within)
    {
        await process.WaitForExitAsync(Xunit.TestContext.Current.CancellationToken).WaitAsync(within, Xunit.TestContext.Current.CancellationToken);
        await readers;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        await readers;
        process.Dispose();
        printed.Dispose();
    }

    private async Task Read(StreamReader stream, ConcurrentQueue<string> own)
    {
        while (await stream.ReadLineAsync(CancellationToken.None) is { } line)
        {
            own.Enqueue(line);
            lines.Enqueue(line);
            printed.Release();
        }
    }
}
