using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Gateway.LaneBench.Raw;

/// <summary>UDP with segmentation at the sender and aggregation at the receiver, one buffer over and over.</summary>
internal static class RawSocket
{
    private const int SolSocket = 1;
    private const int ReceiveBufferForce = 33;
    private const int SolUdp = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    /// <summary>IPv4 and UDP headers.</summary>
    private const int HeaderBytes = 28;

    // The kernel's limits for one send: below 65,536 bytes with headers, and 64 segments.
    private const int MostBytesAtOnce = 65_493;
    private const int MostDatagramsAtOnce = 64;
    private const int SocketBufferBytes = 64 << 20;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenEndMarks = TimeSpan.FromMilliseconds(10);
    private const int EndMarks = 20;

    public static RawReport Send(IPEndPoint to, int mtu, long bytes)
    {
        var datagramBytes = mtu - HeaderBytes;
        var buffer = new byte[Math.Clamp(MostBytesAtOnce / datagramBytes, 1, MostDatagramsAtOnce) * datagramBytes];
        using var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 4 << 20 };
        socket.SetRawSocketOption(SolUdp, UdpSegment, BitConverter.GetBytes(datagramBytes));
        var target = to.Serialize();
        var (clock, cpu, calls) = (Stopwatch.StartNew(), ProcessCost.Cpu, 0L);
        for (var sent = 0L; sent < bytes; sent += buffer.Length)
        {
            socket.SendTo(buffer, SocketFlags.None, target);
            calls++;
        }

        var report = Measured(calls * buffer.Length, calls, clock.Elapsed, cpu);
        using var never = new ManualResetEventSlim();
        for (var mark = 0; mark < EndMarks; mark++)
        {
            socket.SendTo(buffer.AsSpan(0, 1), SocketFlags.None, target);
            never.Wait(BetweenEndMarks);
        }

        return report;
    }

    public static RawReport Receive(IPEndPoint listen)
    {
        using var socket = new Socket(listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetRawSocketOption(SolSocket, ReceiveBufferForce, BitConverter.GetBytes(SocketBufferBytes));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = SocketBufferBytes;
        }

        socket.SetRawSocketOption(SolUdp, UdpGro, BitConverter.GetBytes(1));
        socket.Bind(listen);
        var buffer = new byte[1 << 16];
        var (bytes, calls, began, cpu, last) = (0L, 0L, 0L, TimeSpan.Zero, 0L);
        while (true)
        {
            var length = socket.Receive(buffer);
            if (length == 1)
            {
                break;
            }

            last = Stopwatch.GetTimestamp();
            if (calls++ == 0)
            {
                (began, cpu) = (last, ProcessCost.Cpu);
                socket.ReceiveTimeout = (int)Silence.TotalMilliseconds;
            }

            bytes += length;
        }

        return Measured(bytes, calls, Stopwatch.GetElapsedTime(began, last), cpu);
    }

    private static RawReport Measured(long bytes, long calls, TimeSpan took, TimeSpan cpuBefore) =>
        new(bytes, calls, took.TotalSeconds, Report.GigabitsPerSecond(bytes, took), (ProcessCost.Cpu - cpuBefore).TotalSeconds);
}
