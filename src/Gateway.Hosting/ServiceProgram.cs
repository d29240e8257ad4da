using Gateway.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
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

    /// <summary>
    /// Builds the service from its configuration file and runs it until SIGTERM or Ctrl-C. A refused start prints the refusal as the last
    /// line of standard error and returns 2. A stage that fails stops the whole process with 4: half a gateway is none.
    /// </summary>
    public static async Task<int> RunAsync(string name, string[] arguments, Func<string, CancellationToken, Task<Outcome<WebApplication>>> build)
    {
        if (arguments is not ["--config", var path])
        {
            await Console.Error.WriteLineAsync($"usage: {name} --config FILE");
            return WrongUsage;
        }

        var outcome = await build(path, CancellationToken.None);
        if (!outcome.Succeeded(out var app, out var refusal))
        {
            await Console.Error.WriteLineAsync($"refused: {refusal.Name}: {refusal.Sentence}");
            return WrongUsage;
        }

        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ServiceProgram));
        var stages = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToArray();
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            LogListening(logger, string.Join(", ", addresses));
        });
        await app.RunAsync();
        return stages.Any(stage => stage.ExecuteTask is { IsFaulted: true }) ? Failed : Done;
    }

    [LoggerMessage(1, LogLevel.Information, "listening on {Addresses}")]
    private static partial void LogListening(ILogger logger, string addresses);
}
