using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// Decides on a session whose header is whole, but believed by nobody yet: verifies its documents and says where its blocks go, or null to drop them all.
/// The blocks of one transfer come from one session at a time: an older session of it has ended before this is called.
/// </summary>
public delegate ValueTask<BlockDestination?> OpenSession(SessionHeader header, CancellationToken cancellationToken);

/// <summary>
/// One UDP lane into the high side. It binds and receives; it cannot send. No datagram ends it, none is answered, and its memory is bounded.
/// <code>
/// socket → drain (one thread) → LaneRing → LaneAssembly (one thread): header, blocks → a task for each session: open, write
/// </code>
/// A destination that <c>open</c> returned belongs to it: it calls <see cref="BlockDestination.SessionEndedAsync"/> once, then disposes of it.
/// </summary>
public sealed partial class LaneReceiver : IDisposable
{
    private const int SolSocket = 1;
    private const int ReceiveBufferForce = 33;

    // How often the threads look whether to stop, and how late a silent session may be noticed.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan DiskPoll = TimeSpan.FromMilliseconds(1);

    // Datagrams between two looks at the clock: well below a poll at any rate.
    private const int DatagramsPerTick = 64;

    // Errors in a row, a poll apart, until the socket is beyond hope.
    private const int MaximumErrors = 100;

    private readonly LaneReceiverOptions options;
    private readonly ILogger<LaneReceiver> logger;
    private readonly LaneCounters counters = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly LaneAssembly assembly;
    private readonly LaneRing ring;
    private readonly Meter meter = new("Gateway.High.Receive");
    private readonly Socket socket;

    /// <summary>Binds the socket; throws <see cref="SocketException"/> where the address cannot be bound.</summary>
    public LaneReceiver(LaneReceiverOptions options, OpenSession open, TimeProvider timeProvider, ILogger<LaneReceiver> logger)
    {
        (this.options, this.logger) = (options, logger);
        ring = new(options.RingBytes);
        assembly = new(options, open, counters, timeProvider, logger, stopping.Token);
        socket = new(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Poll.TotalMilliseconds };
        socket.Bind(options.Listen);
        ReceiveBufferBytes = GrantReceiveBuffer();
        Measure();
        if (ReceiveBufferBytes < options.ReceiveBufferBytes)
        {
            LogReceiveBuffer(options.Lane, ReceiveBufferBytes, options.ReceiveBufferBytes);
        }
    }

    /// <summary>The address bound, with the port that was given.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)socket.LocalEndPoint!;

    /// <summary>Receive buffer that the kernel granted, in bytes.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status
    {
        get
        {
            var (newest, missing) = assembly.Gaps();
            return new()
            {
                Lane = options.Lane,
                LastSession = newest,
                Datagrams = counters.Datagrams,
                Bytes = counters.Bytes,
                DroppedDatagrams = counters.Dropped,
                RepairedBlocks = counters.Repaired,
                LostBlocks = counters.Lost,
                MissingSessions = missing,
                HeartbeatTime = counters.Heartbeat,
                ReceiveBufferBytes = ReceiveBufferBytes,
            };
        }
    }

    /// <summary>Receives until cancelled. A fault in here is a bug and ends the task: the service must stop rather than run deaf. To be called once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(stopping.Cancel);
        var drain = Task.Factory.StartNew(Drain, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var assemble = Task.Factory.StartNew(Assemble, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAny(drain, assemble).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(drain, assemble).ConfigureAwait(false);
        await assembly.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the socket. To be called when <see cref="RunAsync"/> has ended.</summary>
    public void Dispose()
    {
        meter.Dispose();
        socket.Dispose();
        ring.Dispose();
        stopping.Dispose();
    }

    private void Measure()
    {
        KeyValuePair<string, object?>[] lane = [new("lane", options.Lane)];
        meter.CreateObservableCounter("gateway.lane.datagrams", () => new Measurement<long>(counters.Datagrams, lane), "{datagram}", "Datagrams received");
        meter.CreateObservableCounter("gateway.lane.bytes", () => new Measurement<long>(counters.Bytes, lane), "By", "Bytes of datagrams received");
        meter.CreateObservableCounter("gateway.lane.dropped", () => new Measurement<long>(counters.Dropped, lane), "{datagram}", "Datagrams not used");
        meter.CreateObservableCounter("gateway.lane.repaired", () => new Measurement<long>(counters.Repaired, lane), "{block}", "Blocks repaired by parity");
        meter.CreateObservableCounter("gateway.lane.lost", () => new Measurement<long>(counters.Lost, lane), "{block}", "Blocks beyond repair");
    }

    private void Drain()
    {
        var spare = new byte[LaneRing.MaximumDatagramBytes];
        var errors = 0;
        while (!stopping.IsCancellationRequested)
        {
            var room = ring.Reserve();
            var length = socket.Receive(room.IsEmpty ? spare : room, SocketFlags.None, out var error);
            switch (error)
            {
                case SocketError.Success:
                    errors = 0;
                    counters.Received(length);
                    if (room.IsEmpty)
                    {
                        counters.Drop();
                    }
                    else
                    {
                        ring.Commit(length);
                    }

                    break;
                case SocketError.TimedOut or SocketError.WouldBlock or SocketError.Interrupted:
                    break;
                default:
                    LogReceiveError(options.Lane, error);
                    if (++errors == MaximumErrors)
                    {
                        throw new SocketException((int)error);
                    }

                    stopping.Token.WaitHandle.WaitOne(Poll);
                    break;
            }
        }
    }

    private void Assemble()
    {
        var sinceTick = 0;
        while (!stopping.IsCancellationRequested)
        {
            var arrived = ring.TryTake(out var datagram);
            if (!arrived || ++sinceTick == DatagramsPerTick)
            {
                sinceTick = 0;
                assembly.Tick();
                AwaitDisk();
            }

            if (arrived)
            {
                assembly.Take(datagram);
                ring.Release(datagram.Length);
            }
            else
            {
                ring.Wait(Poll);
            }
        }
    }

    // A disk that stalls for a moment costs nothing while the ring has room; one that stalls for longer costs whole blocks. The clock goes on meanwhile, since
    // the end of a silent session may be what frees the memory.
    private void AwaitDisk()
    {
        while (assembly.WaitsForDisk && !ring.IsHalfFull && !stopping.Token.WaitHandle.WaitOne(DiskPoll))
        {
            assembly.Tick();
        }
    }

    // With CAP_NET_ADMIN the kernel goes beyond net.core.rmem_max; without it, it silently grants less than was asked for.
    private int GrantReceiveBuffer()
    {
        try
        {
            socket.SetRawSocketOption(SolSocket, ReceiveBufferForce, BitConverter.GetBytes(options.ReceiveBufferBytes));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = options.ReceiveBufferBytes;
        }

        // Linux reports twice what it grants: the other half is for its own bookkeeping (socket(7)).
        return socket.ReceiveBufferSize / 2;
    }

    [LoggerMessage(LogLevel.Warning, "Lane {Lane} was granted a receive buffer of {Granted} bytes of {Wanted}; raise net.core.rmem_max, or bursts will be lost")]
    private partial void LogReceiveBuffer(string lane, int granted, int wanted);

    [LoggerMessage(LogLevel.Error, "Lane {Lane} could not receive: {Error}")]
    private partial void LogReceiveError(string lane, SocketError error);
}
