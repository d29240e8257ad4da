using System.Net;
using System.Net.Sockets;

namespace Gateway.High.Receive;

/// <summary>A socket that is bound and receives. Nothing here can send.</summary>
internal sealed class LaneSocket : IDisposable
{
    private readonly Socket socket;

    /// <summary>Binds; throws <see cref="SocketException"/> where the address cannot be bound.</summary>
    /// <param name="listen">Address and port.</param>
    /// <param name="receiveBufferBytes">Receive buffer to ask for.</param>
    /// <param name="poll">Longest wait for a datagram.</param>
    public LaneSocket(IPEndPoint listen, int receiveBufferBytes, TimeSpan poll)
    {
        socket = new(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)poll.TotalMilliseconds };
        try
        {
            ReceiveBufferBytes = GrantReceiveBuffer(receiveBufferBytes);
            IsJoining = TrySet(ReceiveCalls.SolUdp, ReceiveCalls.ReceiveOffload, 1);
            TrySet(ReceiveCalls.SolSocket, ReceiveCalls.ReceiveQueueOverflow, 1);
            socket.Bind(listen);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The address bound, with the port that was given.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Receive buffer that the kernel granted, in bytes.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>True where the kernel joins datagrams (UDP GRO, Linux 5.0).</summary>
    public bool IsJoining { get; private set; }

    /// <summary>Takes several messages. Returns how many, or -1 with the error in <see cref="System.Runtime.InteropServices.Marshal.GetLastPInvokeError"/>.</summary>
    public unsafe int Receive(ReceiveCalls.MultiMessage* messages, int count) =>
        ReceiveCalls.ReceiveMessages(socket.SafeHandle, messages, (uint)count, ReceiveCalls.WaitForOne, 0);

    /// <summary>Takes one datagram. Datagrams must come one by one.</summary>
    public int Receive(Span<byte> into, out SocketError error) => socket.Receive(into, SocketFlags.None, out error);

    /// <summary>Datagrams come one by one from now on, without a word of how they were joined.</summary>
    public void StopJoining() => IsJoining = IsJoining && !TrySet(ReceiveCalls.SolUdp, ReceiveCalls.ReceiveOffload, 0);

    public void Dispose() => socket.Dispose();

    private bool TrySet(int level, int option, int value)
    {
        try
        {
            socket.SetRawSocketOption(level, option, BitConverter.GetBytes(value));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // With CAP_NET_ADMIN the kernel goes beyond net.core.rmem_max; without it, it silently grants less than was asked for.
    private int GrantReceiveBuffer(int bytes)
    {
        if (!TrySet(ReceiveCalls.SolSocket, ReceiveCalls.ReceiveBufferForce, bytes))
        {
            socket.ReceiveBufferSize = bytes;
        }

        // Linux reports twice what it grants: the other half is for its own bookkeeping (socket(7)).
        return socket.ReceiveBufferSize / 2;
    }
}
