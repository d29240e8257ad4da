using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog.Events;
using Serilog.Formatting.Compact;
using Serilog;

namespace Gateway.Hosting;

/// <summary>Logs as one JSON object a line on standard output; metrics and traces to a collector where one is configured.</summary>
internal static class Observability
{
    /// <summary>Meters and activity sources of every stage are named <c>Gateway.*</c>.</summary>
    private const string OurSources = "Gateway.*";

    internal static void AddGatewayLogs(this WebApplicationBuilder builder, HostSettings settings) =>
        builder.Services.AddSerilog((_, logs) => logs
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
            .Enrich.FromLogContext()
            .Enrich.WithProperty("Service", settings.Service)
            .WriteTo.Console(new RenderedCompactJsonFormatter()));

    internal static void AddGatewayTelemetry(this WebApplicationBuilder builder, HostSettings settings)
    {
        if (settings.Telemetry.OtlpEndpoint is not { } address)
        {
            return;
        }

        var endpoint = new Uri(address);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(settings.Service))
            .WithMetrics(metrics => metrics.AddMeter(OurSources, "System.Runtime", "Microsoft.AspNetCore.*").AddOtlpExporter(otlp => otlp.Endpoint = endpoint))
            .WithTracing(traces => traces.AddSource(OurSources).AddOtlpExporter(otlp => otlp.Endpoint = endpoint));
    }
}
