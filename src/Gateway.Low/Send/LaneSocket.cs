using System.Net;
using System.Net.Sockets;

namespace Gateway.Low.Send;

/// <summary>
/// The socket of a lane. It only sends, and nothing that the network says about a datagram matters: an absent receiver, a refused port or a cable that is out looks the
/// same as a diode. It is never connected, so the kernel does not hand it errors of earlier datagrams either.
/// </summary>
internal sealed class LaneSocket : IDisposable
{
    private const int SolUdp = 17;
    private const int UdpSegment = 103;

    // One send must stay below 65,536 bytes with its headers (gso_max_size), or the kernel segments in software; and UDP_MAX_SEGMENTS is 64.
    private const int MostBytesAtOnce = 65_493;
    private const int MostDatagramsAtOnce = 64;
    private const int SendBufferBytes = 4 << 20;

    private readonly Socket socket;
    private readonly SocketAddress target;
    private readonly int datagramBytes;
    private bool segments;
    private long datagrams;
    private long bytes;
    private long failures;

    public LaneSocket(IPEndPoint target, int datagramBytes)
    {
        this.target = target.Serialize();
        this.datagramBytes = datagramBytes;
        socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = SendBufferBytes };
        segments = TrySegment();
    }

    public long Datagrams => Interlocked.Read(ref datagrams);

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Sends that the kernel refused.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Datagrams that fit one call.</summary>
    public int DatagramsAtOnce => segments ? Math.Clamp(MostBytesAtOnce / datagramBytes, 1, MostDatagramsAtOnce) : 1;

    /// <summary>Sends datagrams of equal size that lie one behind the other, at most <see cref="DatagramsAtOnce"/>; or one that is shorter.</summary>
    public void Send(ReadOnlySpan<byte> equal)
    {
        try
        {
            socket.SendTo(equal, SocketFlags.None, target);
        }
        catch (SocketException e) when (segments && equal.Length > datagramBytes && e.SocketErrorCode is SocketError.InvalidArgument or SocketError.MessageSize)
        {
            // The device does not segment: from now on every datagram is a call of its own.
            segments = false;
            SendEach(equal);
            return;
        }
        catch (SocketException)
        {
            Interlocked.Increment(ref failures);
        }

        Count((equal.Length - 1) / datagramBytes + 1, equal.Length);
    }

    public void Dispose() => socket.Dispose();

    private void SendEach(ReadOnlySpan<byte> equal)
    {
        for (var at = 0; at < equal.Length; at += datagramBytes)
        {
            Send(equal.Slice(at, datagramBytes));
        }
    }

    private void Count(int sent, int length)
    {
        Interlocked.Add(ref datagrams, sent);
        Interlocked.Add(ref bytes, length);
    }

    private bool TrySegment()
    {
        try
        {
            socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(datagramBytes));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
