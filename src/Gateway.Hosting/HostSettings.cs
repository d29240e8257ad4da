using System.Net;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting;

/// <summary>What a service's host needs to know.</summary>
/// <param name="Service">Name of the program, e.g. <c>gateway-low</c>; in every log line and metric.</param>
/// <param name="Listen">Where it listens.</param>
/// <param name="Tls">Its certificates.</param>
/// <param name="Telemetry">Where metrics and traces go.</param>
public sealed record HostSettings(string Service, IPEndPoint Listen, TlsOptions Tls, TelemetryOptions Telemetry);
