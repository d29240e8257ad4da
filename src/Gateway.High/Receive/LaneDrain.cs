using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.High.Receive;

/// <summary>
/// Moves datagrams from a socket into a ring, and does nothing else, so that the kernel's buffer stays empty. Where the ring is full it waits: the kernel's buffer is the
/// last reserve, and counts what it drops.
/// </summary>
internal sealed unsafe class LaneDrain(LaneSocket socket, LaneRing ring, LaneCounters counters) : IDisposable
{
    /// <summary>Room for one message: more than the largest datagram or the most that the kernel joins (65,507 bytes).</summary>
    public const int MaximumMessageBytes = 1 << 16;

    // A little apart, so that short datagrams at the beginning of each room do not fight for the same lines of the cache.
    private const int RoomBytes = MaximumMessageBytes + 2112;
    private const int ControlBytes = 64;
    private const int MaximumMessages = 32;

    // Errors in a row, a poll apart, until the socket is beyond hope.
    private const int MaximumErrors = 100;

    private static readonly TimeSpan RoomPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ErrorPoll = TimeSpan.FromMilliseconds(50);

    private readonly ReceiveCalls.MultiMessage* messages = (ReceiveCalls.MultiMessage*)NativeMemory.AllocZeroed(MaximumMessages, (nuint)sizeof(ReceiveCalls.MultiMessage));
    private readonly ReceiveCalls.Vector* vectors = (ReceiveCalls.Vector*)NativeMemory.AllocZeroed(MaximumMessages, (nuint)sizeof(ReceiveCalls.Vector));
    private readonly byte* controls = (byte*)NativeMemory.AllocZeroed(MaximumMessages, ControlBytes);
    private uint overflows;

    /// <summary>Bytes of the ring that a drain wants at a time; less where the ring is small.</summary>
    public static int WindowOf(int ringBytes) => RoomBytes * Math.Clamp(ringBytes / 4 / RoomBytes, 1, MaximumMessages);

    /// <summary>Runs until it is stopped; throws where the socket fails for good.</summary>
    /// <param name="several">Whether to take several messages at a time where the kernel lets.</param>
    /// <param name="failed">Told of each error.</param>
    /// <param name="stopping">Stops.</param>
    public void Run(bool several, Action<Exception> failed, CancellationToken stopping)
    {
        var errors = 0;
        if (!several)
        {
            socket.StopJoining();
        }

        while (!stopping.IsCancellationRequested)
        {
            if (!ring.TryReserve(out var place, out var most))
            {
                stopping.WaitHandle.WaitOne(RoomPoll);
                continue;
            }

            Exception? error = several ? TakeSeveral(place, most, out several) : TakeOne(place);
            if (error is null)
            {
                errors = 0;
                continue;
            }

            failed(error);
            if (++errors == MaximumErrors)
            {
                throw error;
            }

            stopping.WaitHandle.WaitOne(ErrorPoll);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(messages);
        NativeMemory.Free(vectors);
        NativeMemory.Free(controls);
    }

    private SocketException? TakeOne(int place)
    {
        var length = socket.Receive(ring.Memory.AsSpan(place, MaximumMessageBytes), out var error);
        if (error != SocketError.Success)
        {
            return error is SocketError.TimedOut or SocketError.WouldBlock or SocketError.Interrupted ? null : new((int)error);
        }

        ring.Lay(new(place, length, length));
        ring.Publish();
        return null;
    }

    private Win32Exception? TakeSeveral(int place, int most, out bool several)
    {
        several = true;
        var count = Math.Min(most, ring.WindowBytes / RoomBytes);
        Prepare(place, count);
        var taken = socket.Receive(messages, count);
        if (taken >= 0)
        {
            Lay(place, taken);
            return null;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error is ReceiveCalls.NotImplemented or ReceiveCalls.NotPermitted)
        {
            // A sandbox that knows recvmsg but not recvmmsg: slower, but no less safe.
            several = false;
            socket.StopJoining();
            return null;
        }

        return error is ReceiveCalls.Again or ReceiveCalls.Interrupted ? null : new(error);
    }

    private void Prepare(int place, int count)
    {
        fixed (byte* memory = ring.Memory)
        {
            for (var i = 0; i < count; i++)
            {
                vectors[i] = new() { Base = memory + place + i * RoomBytes, Length = MaximumMessageBytes };
                messages[i].Header = new() { Vectors = vectors + i, VectorCount = 1, Control = controls + i * ControlBytes, ControlLength = ControlBytes };
            }
        }
    }

    // What came joined stays where it is; short messages close up, where that frees more memory than it copies.
    private void Lay(int place, int count)
    {
        var next = place;
        for (var i = 0; i < count; i++)
        {
            var at = place + i * RoomBytes;
            var length = (int)messages[i].Length;
            if (at - next > length)
            {
                ring.Memory.AsSpan(at, length).CopyTo(ring.Memory.AsSpan(next));
                at = next;
            }

            ring.Lay(new(at, length, SegmentBytes(messages[i].Header, length)));
            next = at + length;
        }

        ring.Publish();
    }

    private int SegmentBytes(in ReceiveCalls.MessageHeader header, int length)
    {
        var segmentBytes = length;
        var at = header.Control;
        var end = at + header.ControlLength;
        while (end - at >= sizeof(ReceiveCalls.ControlMessage))
        {
            var control = (ReceiveCalls.ControlMessage*)at;
            if (control->Level == ReceiveCalls.SolUdp && control->Type == ReceiveCalls.ReceiveOffload)
            {
                segmentBytes = (int)control->Value;
            }
            else if (control->Level == ReceiveCalls.SolSocket && control->Type == ReceiveCalls.ReceiveQueueOverflow)
            {
                counters.KernelDrop(unchecked(control->Value - overflows));
                overflows = control->Value;
            }

            at += Math.Max((control->Length + 7) & ~(nuint)7, (nuint)sizeof(ReceiveCalls.ControlMessage));
        }

        return Math.Clamp(segmentBytes, 1, Math.Max(length, 1));
    }
}
