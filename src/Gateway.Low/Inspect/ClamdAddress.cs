using System.Net;
using System.Net.Sockets;

namespace Gateway.Low.Inspect;

/// <summary>Where clamd listens: a Unix socket by its absolute path, or an address and a port.</summary>
internal sealed record ClamdAddress(EndPoint EndPoint)
{
    /// <summary>Reads <c>/run/clamav/clamd.ctl</c> or <c>127.0.0.1:3310</c>; null for anything else.</summary>
    public static ClamdAddress? Parse(string text) =>
        Path.IsPathFullyQualified(text) ? new(new UnixDomainSocketEndPoint(text))
        : IPEndPoint.TryParse(text, out var address) && address.Port > 0 ? new(address)
        : null;

    public Socket CreateSocket() =>
        EndPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
}
