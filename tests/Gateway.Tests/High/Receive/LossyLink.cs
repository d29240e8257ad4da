using System.Net;
using System.Net.Sockets;

namespace Gateway.Tests.High.Receive;

/// <summary>A one-way link on loopback that loses, repeats or holds back datagrams as it is told.</summary>
internal sealed class LossyLink : IAsyncDisposable
{
    private readonly Socket inward = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20, ReceiveTimeout = 20 };
    private readonly Socket outward = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Func<long, byte[], IEnumerable<byte[]>> pass;
    private readonly IPEndPoint target;
    private readonly Task running;
    private long carried;

    /// <param name="target">Where datagrams go.</param>
    /// <param name="pass">For the n-th datagram: what goes on in its place.</param>
    public LossyLink(IPEndPoint target, Func<long, byte[], IEnumerable<byte[]>> pass)
    {
        (this.target, this.pass) = (target, pass);
        try
        {
            // SO_RCVBUFFORCE: what this link loses by being slow is not what a test asked it to lose.
            inward.SetRawSocketOption(1, 33, BitConverter.GetBytes(64 << 20));
        }
        catch (SocketException)
        {
            // Not allowed here; the buffer stays as large as the kernel lets it be.
        }

        inward.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public IPEndPoint EndPoint => (IPEndPoint)inward.LocalEndPoint!;

    public long Carried => Interlocked.Read(ref carried);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running;
        inward.Dispose();
        outward.Dispose();
        stopping.Dispose();
    }

    private void Run()
    {
        var buffer = new byte[1 << 16];
        while (!stopping.IsCancellationRequested)
        {
            var length = inward.Receive(buffer, SocketFlags.None, out var error);
            if (error != SocketError.Success)
            {
                continue;
            }

            foreach (var datagram in pass(Interlocked.Increment(ref carried) - 1, buffer[..length]))
            {
                outward.SendTo(datagram, target);
            }
        }
    }
}
