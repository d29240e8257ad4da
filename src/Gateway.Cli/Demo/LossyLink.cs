using System.Net;
using System.Net.Sockets;

namespace Gateway.Cli.Demo;

/// <summary>
/// A one-way link that loses a stated share of its datagrams: takes them on one port of the loopback and hands them to another. Which ones are lost
/// follows from the seed. It has no way back.
/// </summary>
internal sealed class LossyLink : IDisposable
{
    /// <summary>Largest UDP datagram over IPv4, in bytes.</summary>
    private const int MaximumDatagramBytes = 65_507;

    /// <summary>Socket buffer asked for, in bytes: the loss shown shall be the link's own.</summary>
    private const int BufferBytes = 16 << 20;

    private readonly Socket entry = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket exit = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Random chance;
    private readonly double loss;
    private Thread? pump;
    private long datagrams;
    private long dropped;

    /// <param name="loss">Share of datagrams that is lost, 0 to 1.</param>
    /// <param name="seed">Decides which.</param>
    public LossyLink(double loss, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(loss);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(loss, 1);
        this.loss = loss;
        chance = new Random(seed);
        entry.ReceiveBufferSize = BufferBytes;
        exit.SendBufferSize = BufferBytes;
        entry.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>Where the sender sends to.</summary>
    public IPEndPoint Entry => (IPEndPoint)entry.LocalEndPoint!;

    /// <summary>Datagrams that came in.</summary>
    public long Datagrams => Interlocked.Read(ref datagrams);

    /// <summary>Those of them that were lost on purpose.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Begins to hand over to the receiver.</summary>
    public void Start(IPEndPoint receiver)
    {
        pump = new Thread(() => Pump(receiver.Serialize())) { IsBackground = true, Name = "lossy link" };
        pump.Start();
    }

    public void Dispose()
    {
        entry.Dispose();
        pump?.Join();
        exit.Dispose();
    }

    private void Pump(SocketAddress receiver)
    {
        var buffer = new byte[MaximumDatagramBytes];
        while (true)
        {
            int bytes;
            try
            {
                bytes = entry.Receive(buffer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Dispose closed the socket under the read: the link is cut.
                return;
            }

            Interlocked.Increment(ref datagrams);
            if (chance.NextDouble() < loss)
            {
                Interlocked.Increment(ref dropped);
                continue;
            }

            try
            {
                exit.SendTo(buffer.AsSpan(0, bytes), SocketFlags.None, receiver);
            }
            catch (SocketException)
            {
                // Nobody listens yet, or no longer: a light guide would not know either.
            }
        }
    }
}
