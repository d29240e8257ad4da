using System.Net;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting;

/// <summary>What a service's host needs to know.</summary>
/// <param name="Service">Name of the program, e.g. <c>gateway-low</c>; in every log line and metric.</param>
/// <param name="Listen">Where it listens.</param>
/// <param name="Tls">Its certificates.</param>
/// <param name="Telemetry">Where metrics and traces go.</param>
public sealed record HostSettings(string Service, IPEndPoint Listen, TlsOptions Tls, TelemetryOptions Telemetry)
{
    /// <summary>Where programs read that have no client certificate.</summary>
    public IReadOnlyList<ReaderEndPoint> Readers { get; init; } = [];
}

/// <summary>An HTTPS end point for programs that bring a key instead of a certificate. It is a feature of every connection that comes in there, and so tells requests apart.</summary>
/// <param name="Protocol">What is spoken there.</param>
/// <param name="Listen">Where.</param>
public sealed record ReaderEndPoint(string Protocol, IPEndPoint Listen);
