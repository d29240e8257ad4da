using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Low.Send;

/// <summary>
/// A socket of a lane. It only sends, and nothing that the network says about a datagram matters: an absent receiver, a refused port or a cable that is out looks the
/// same as a diode. It is never connected, so the kernel does not hand it errors of earlier datagrams either. From any thread.
/// </summary>
internal sealed unsafe class LaneSocket : IDisposable
{
    private const int SolUdp = 17;
    private const int UdpSegment = 103;

    // One send must stay below 65,536 bytes with its headers (gso_max_size), or the kernel segments in software; and UDP_MAX_SEGMENTS is 64.
    private const int MostBytesAtOnce = 65_493;
    private const int MostDatagramsAtOnce = 64;
    private const int SendBufferBytes = 4 << 20;

    private readonly Socket socket;
    private readonly int handle;
    private readonly byte[] target;
    private readonly int datagramBytes;
    private bool segments;
    private long datagrams;
    private long bytes;
    private long failures;

    /// <param name="target">Where datagrams go.</param>
    /// <param name="networkInterface">The only interface they may leave by; null where the routes decide.</param>
    /// <param name="datagramBytes">Bytes of those that are sent many at once.</param>
    public LaneSocket(IPEndPoint target, string? networkInterface, int datagramBytes)
    {
        this.datagramBytes = datagramBytes;
        var address = target.Serialize();
        this.target = GC.AllocateUninitializedArray<byte>(address.Size, pinned: true);
        address.Buffer.Span[..address.Size].CopyTo(this.target);
        socket = new(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = SendBufferBytes };
        handle = (int)socket.SafeHandle.DangerousGetHandle();
        if (networkInterface is not null)
        {
            LaneRoute.BindTo(socket, networkInterface);
        }

        segments = TrySegment(datagramBytes);
    }

    /// <summary>Bytes of those datagrams that are sent many at once.</summary>
    public int DatagramBytes => datagramBytes;

    public long Datagrams => Interlocked.Read(ref datagrams);

    public long Bytes => Interlocked.Read(ref bytes);

    /// <summary>Sends that the kernel refused.</summary>
    public long Failures => Interlocked.Read(ref failures);

    /// <summary>Datagrams that fit one call.</summary>
    public int DatagramsAtOnce => Volatile.Read(ref segments) ? Math.Clamp(MostBytesAtOnce / datagramBytes, 1, MostDatagramsAtOnce) : 1;

    /// <summary>Sends one datagram of any size.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        ReadOnlySpan<int> offset = [0];
        Send(datagram, offset, datagram.Length);
    }

    /// <summary>Sends datagrams of equal size from where they lie.</summary>
    /// <param name="memory">Holds them.</param>
    /// <param name="offsets">Where each begins; at most <see cref="DatagramsAtOnce"/>.</param>
    /// <param name="length">Bytes of each.</param>
    public void Send(ReadOnlySpan<byte> memory, ReadOnlySpan<int> offsets, int length)
    {
        fixed (byte* start = memory)
        {
            var vectors = stackalloc IoVector[offsets.Length];
            for (var i = 0; i < offsets.Length; i++)
            {
                ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offsets[i], (uint)(memory.Length - length));
                vectors[i] = new() { Base = start + offsets[i], Length = (nuint)length };
            }

            Send(vectors, offsets.Length, length);
        }
    }

    public void Dispose() => socket.Dispose();

    private void Send(IoVector* vectors, int count, int length)
    {
        fixed (byte* name = target)
        {
            var message = new MessageHeader { Name = name, NameLength = (uint)target.Length, Vectors = vectors, VectorCount = (nuint)count };
            nint sent;
            int error;
            do
            {
                sent = Libc.Send(handle, &message, 0);
                error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (error == Libc.Interrupted);

            if (error is Libc.InvalidArgument or Libc.MessageTooLong or Libc.InputOutput && Volatile.Read(ref segments))
            {
                // The device does not segment: from now on every datagram is a call of its own.
                Volatile.Write(ref segments, false);
                TrySegment(0);
                for (var i = 0; i < count; i++)
                {
                    Send(vectors + i, 1, length);
                }

                return;
            }

            if (error != 0)
            {
                Interlocked.Increment(ref failures);
            }
        }

        Interlocked.Add(ref datagrams, count);
        Interlocked.Add(ref bytes, (long)count * length);
    }

    private bool TrySegment(int segmentBytes)
    {
        try
        {
            socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(segmentBytes));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
