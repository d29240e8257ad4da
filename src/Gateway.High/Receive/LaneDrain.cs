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

    /// <summary>
    /// Most bytes of a datagram for which rooms are made narrow: a jumbo frame. The kernel does not join datagrams of a link without GRO; those then lie one behind the other as
    /// they come, and what is longer than its room goes on in a spill behind all rooms.
    /// </summary>
    private const int MaximumNarrowBytes = 9216;

    // A little apart, so that short datagrams at the beginning of each room do not fight for the same lines of the cache.
    private const int RoomBytes = MaximumMessageBytes + 2112;
    private const int ControlBytes = 64;
    private const int MaximumMessages = 32;
    private const int VectorsOfMessage = 2;
    private const int CacheLineBytes = 64;

    // Errors in a row, a poll apart, until the socket is beyond hope.
    private const int MaximumErrors = 100;

    private static readonly TimeSpan RoomPoll = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ErrorPoll = TimeSpan.FromMilliseconds(50);

    private readonly ReceiveCalls.MultiMessage* messages = (ReceiveCalls.MultiMessage*)NativeMemory.AllocZeroed(MaximumMessages, (nuint)sizeof(ReceiveCalls.MultiMessage));
    private readonly ReceiveCalls.Vector* vectors = (ReceiveCalls.Vector*)NativeMemory.AllocZeroed(VectorsOfMessage * MaximumMessages, (nuint)sizeof(ReceiveCalls.Vector));
    private readonly byte* controls = (byte*)NativeMemory.AllocZeroed(MaximumMessages, ControlBytes);
    private uint overflows;

    // Bytes of a narrow room; 0 while datagrams come joined.
    private int narrowBytes;

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
        var rooms = Rooms;
        var count = Math.Min(most, rooms);
        Prepare(place, rooms, count);
        var taken = socket.Receive(messages, count);
        if (taken >= 0)
        {
            Fit(isFull: taken == rooms, Lay(place, rooms, taken));
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

    // One narrow room stays free before the first spill: the beginning of what spilled is moved there.
    private int Rooms => narrowBytes == 0 ? ring.WindowBytes / RoomBytes : (ring.WindowBytes - narrowBytes) / (narrowBytes + MaximumMessageBytes);

    private int SpillOf(int rooms, int message) => (rooms + 1) * narrowBytes + message * MaximumMessageBytes;

    private void Prepare(int place, int rooms, int count)
    {
        fixed (byte* memory = ring.Memory)
        {
            for (var i = 0; i < count; i++)
            {
                var own = vectors + i * VectorsOfMessage;
                own[0] = narrowBytes == 0
                    ? new() { Base = memory + place + i * RoomBytes, Length = MaximumMessageBytes }
                    : new() { Base = memory + place + i * narrowBytes, Length = (nuint)narrowBytes };
                own[1] = new() { Base = memory + place + (narrowBytes == 0 ? 0 : SpillOf(rooms, i)), Length = MaximumMessageBytes };
                messages[i].Header = new()
                {
                    Vectors = own, VectorCount = narrowBytes == 0 ? 1u : VectorsOfMessage, Control = controls + i * ControlBytes, ControlLength = ControlBytes,
                };
            }
        }
    }

    // What came joined stays where it is; short messages close up, where that frees more memory than it copies. Behind a message that spilled there is only room further on.
    private (int Longest, bool Joined) Lay(int place, int rooms, int count)
    {
        var (longest, joined) = (0, false);
        var next = place;
        for (var i = 0; i < count; i++)
        {
            var at = place + i * (narrowBytes == 0 ? RoomBytes : narrowBytes);
            var length = (int)messages[i].Length;
            if (narrowBytes > 0 && length > narrowBytes)
            {
                at = Join(at, place + SpillOf(rooms, i), Math.Max(next, place + rooms * narrowBytes), length);
            }
            else if (at < next || at - next > length)
            {
                ring.Memory.AsSpan(at, length).CopyTo(ring.Memory.AsSpan(next));
                at = next;
            }

            var segmentBytes = SegmentBytes(messages[i].Header, length);
            ring.Lay(new(at, length, segmentBytes));
            next = at + length;
            longest = Math.Max(longest, length);
            joined |= segmentBytes < length;
        }

        ring.Publish();
        return (longest, joined);
    }

    // Puts the beginning of a message that spilled before the rest of it, and both further down where that frees more memory than it copies.
    private int Join(int room, int spill, int free, int length)
    {
        var at = spill - narrowBytes;
        if (at - free > length)
        {
            ring.Memory.AsSpan(spill, length - narrowBytes).CopyTo(ring.Memory.AsSpan(free + narrowBytes));
            at = free;
        }

        ring.Memory.AsSpan(room, narrowBytes).CopyTo(ring.Memory.AsSpan(at));
        return at;
    }

    // For the next call, by what came at this one: where that is wrong, it costs copies and nothing else.
    private void Fit(bool isFull, (int Longest, bool Joined) came)
    {
        if (came.Joined || came.Longest > MaximumNarrowBytes)
        {
            narrowBytes = 0;
        }
        else if (narrowBytes == 0 ? isFull : came.Longest > narrowBytes)
        {
            narrowBytes = (came.Longest + CacheLineBytes - 1) & -CacheLineBytes;
            narrowBytes = Rooms == 0 ? 0 : narrowBytes;
        }
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
