using System.Net;
using System.Net.Sockets;
using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Grpc.Core;
using Grpc.Health.V1;

namespace Gateway.Cli.Dev;

/// <summary>Both services of a throwaway site, running.</summary>
internal sealed class RunningSite : IAsyncDisposable
{
    /// <summary>How long the services may take to become healthy: they compile the policy engine on their first start.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan HealthPause = TimeSpan.FromMilliseconds(100);

    private RunningSite(ThrowawaySite site, SiteAddresses addresses, ServiceProcess low, ServiceProcess high)
    {
        Site = site;
        Addresses = addresses;
        Low = low;
        High = high;
    }

    public ThrowawaySite Site { get; }

    public SiteAddresses Addresses { get; }

    public ServiceProcess Low { get; }

    public ServiceProcess High { get; }

    /// <summary>Free addresses on the loopback; with a link between, the low side sends to it and not to the high side.</summary>
    public static SiteAddresses FreeAddresses(IPEndPoint? link)
    {
        var lane = FreeUdp();
        return new SiteAddresses(FreeTcp(), FreeTcp(), link ?? lane, lane, FreeTcp(), FreeTcp(), FreeTcp());
    }

    /// <summary>Writes the configuration, starts both services and waits until they are healthy.</summary>
    public static async Task<RunningSite> StartAsync(
        CommandEnvironment environment, ThrowawaySite site, SiteAddresses addresses, CancellationToken cancel)
    {
        SiteConfiguration.Write(site, addresses);
        var high = ServiceProcess.Start("gateway-high", SiteConfiguration.HighFile(site), Path.Combine(site.Directory, "high.log"));
        var low = ServiceProcess.Start("gateway-low", SiteConfiguration.LowFile(site), Path.Combine(site.Directory, "low.log"));
        var running = new RunningSite(site, addresses, low, high);
        try
        {
            var admin = running.ContextOf(environment, "admin");
            await WaitHealthyAsync(environment, ServiceChannel.High(admin), high, cancel);
            await WaitHealthyAsync(environment, ServiceChannel.Low(admin), low, cancel);
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>A context of the site.</summary>
    public GatewayContext ContextOf(CommandEnvironment environment, string name) => ContextsFile.Read(EnvironmentFor(environment), name);

    /// <summary>The environment with this site's contexts file in force.</summary>
    public CommandEnvironment EnvironmentFor(CommandEnvironment environment) => environment.With(ContextsFile.FileVariable, Site.ContextsFile);

    public async ValueTask DisposeAsync()
    {
        // The high side last: what the low side still sends while it stops is received.
        await Low.DisposeAsync();
        await High.DisposeAsync();
    }

    private static async Task WaitHealthyAsync(
        CommandEnvironment environment, Grpc.Net.Client.GrpcChannel opened, ServiceProcess service, CancellationToken cancel)
    {
        using var channel = opened;
        var health = new Health.HealthClient(channel);
        var started = environment.Time.GetTimestamp();
        while (environment.Time.GetElapsedTime(started) < StartTimeout && !service.HasEnded)
        {
            try
            {
                var answer = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: cancel);
                if (answer.Status == HealthCheckResponse.Types.ServingStatus.Serving)
                {
                    return;
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                // Not listening yet.
            }

            await Task.Delay(HealthPause, environment.Time, cancel);
        }

        throw CommandStop.Unreachable($"a service did not start: see {service.LogFile}");
    }

    private static IPEndPoint FreeTcp()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private static IPEndPoint FreeUdp()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
