using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Benchmarks;

/// <summary>One TLS 1.3 stream over loopback, both ends in this process: what the bytes of an upload cost before anything is done with them.</summary>
internal static class TlsStream
{
    private const int WriteBytes = 256 << 10;

    /// <summary>Sends that many bytes; processor time is of both ends together.</summary>
    public static async Task<Measured> MeasureAsync(long bytes)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA384);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await listener.AcceptTcpClientAsync();
        await using var sending = new SslStream(client.GetStream());
        await using var receiving = new SslStream(server.GetStream());
        await Task.WhenAll(
            sending.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown) }),
            receiving.AuthenticateAsServerAsync(certificate));
        var before = Measured.Of(Process.GetCurrentProcess());
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Task.Run(() => SendAsync(sending, bytes)), Task.Run(() => ReceiveAsync(receiving, bytes)));
        var after = Measured.Of(Process.GetCurrentProcess());
        return after with { Wall = clock.Elapsed, Cpu = after.Cpu - before.Cpu };
    }

    private static async Task SendAsync(SslStream stream, long bytes)
    {
        var chunk = new byte[WriteBytes];
        RandomNumberGenerator.Fill(chunk);
        for (; bytes > 0; bytes -= chunk.Length)
        {
            await stream.WriteAsync(chunk);
        }
    }

    private static async Task ReceiveAsync(SslStream stream, long bytes)
    {
        var chunk = new byte[WriteBytes];
        while (bytes > 0)
        {
            bytes -= await stream.ReadAsync(chunk);
        }
    }
}
