using Gateway.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Hosting;

/// <summary>The life of a service process: <c>--config FILE</c> in, an exit code out.</summary>
public static partial class ServiceProgram
{
    private const int Done = 0;
    private const int WrongUsage = 2;
    private const int Failed = 4;

    /// <summary>Stop when standard input ends: whoever started the service holds the other end, and however it dies, no service is left behind.</summary>
    private const string StopWithStdin = "--stop-with-stdin";

    /// <summary>
    /// Builds the service from its configuration file and runs it until SIGTERM or Ctrl-C. A refused start prints the refusal as the last
    /// line of standard error and returns 2. A stage that fails stops the whole process with 4: half a gateway is none.
    /// </summary>
    public static async Task<int> RunAsync(string name, string[] arguments, Func<string, CancellationToken, Task<Outcome<WebApplication>>> build)
    {
        if (arguments is not ["--config", var path, .. var rest] || rest is not ([] or [StopWithStdin]))
        {
            await Console.Error.WriteLineAsync($"usage: {name} --config FILE [{StopWithStdin}]");
            return WrongUsage;
        }

        try
        {
            var outcome = await build(path, CancellationToken.None);
            return outcome.Succeeded(out var app, out var refusal) ? await ServeAsync(app, stopWithInput: rest is [StopWithStdin]) : await RefuseAsync(refusal);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            return await RefuseAsync(new Refusal(RefusalCode.ConfigurationInvalid, $"listen: {e.Message}"));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"failed: {e}");
            return Failed;
        }
    }

    private static async Task<int> ServeAsync(WebApplication app, bool stopWithInput)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServiceProgram));
        var stages = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            LogListening(logger, string.Join(", ", addresses));
        });
        if (stopWithInput)
        {
            _ = StopAtEndOfInputAsync(app.Lifetime);
        }

        await app.RunAsync();
        return stages.Any(stage => stage.ExecuteTask is { IsFaulted: true }) ? Failed : Done;
    }

    private static async Task StopAtEndOfInputAsync(IHostApplicationLifetime lifetime)
    {
        // A read of a pipe blocks its thread and cannot be cancelled: not one of the pool's.
        await Task.Factory.StartNew(
            () =>
            {
                using var input = Console.OpenStandardInput();
                while (input.ReadByte() >= 0)
                {
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        lifetime.StopApplication();
    }

    private static async Task<int> RefuseAsync(Refusal refusal)
    {
        await Console.Error.WriteLineAsync($"refused: {refusal.Name}: {refusal.Sentence}");
        return WrongUsage;
    }

    [LoggerMessage(1, LogLevel.Information, "listening on {Addresses}")]
    private static partial void LogListening(ILogger logger, string addresses);
}
