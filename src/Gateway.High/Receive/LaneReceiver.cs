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
/// socket → drain (a thread for each address) → LaneRing → LaneAssembly (one thread): gate, header, blocks → a task for each session: open, write
/// </code>
/// A destination that <c>open</c> returned belongs to it: it calls <see cref="BlockDestination.SessionEndedAsync"/> once, then disposes of it.
/// </summary>
public sealed partial class LaneReceiver : ILaneReceiver
{
    // How often the threads look whether to stop, and how late a silent session may be noticed.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan DiskPoll = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);

    // Aggregates between two looks at the clock: well below a poll at any rate.
    private const int AggregatesPerLook = 64;

    private readonly LaneReceiverOptions options;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<LaneReceiver> logger;
    private readonly LaneCounters counters = new();
    private readonly RecentRate rate;
    private readonly CancellationTokenSource stopping = new();
    private readonly Doorbell doorbell = new();
    private readonly LaneAssembly assembly;
    private readonly LaneSocket[] sockets;
    private readonly LaneRing[] rings;
    private readonly Meter meter = new("Gateway.High.Receive");

    /// <summary>Binds the sockets; throws <see cref="SocketException"/> where an address cannot be bound.</summary>
    public LaneReceiver(LaneReceiverOptions options, OpenSession open, TimeProvider timeProvider, ILogger<LaneReceiver> logger)
    {
        (this.options, this.timeProvider, this.logger) = (options, timeProvider, logger);
        rate = new(timeProvider);
        sockets = Bind(options);
        var ringBytes = options.Memory.RingBytes / sockets.Length;
        rings = [.. sockets.Select(_ => new LaneRing(ringBytes, LaneDrain.WindowOf(ringBytes), doorbell))];
        assembly = new(options, open, counters, timeProvider, logger, stopping.Token);
        Measure();
        if (ReceiveBufferBytes < options.ReceiveBufferBytes / sockets.Length * sockets.Length)
        {
            LogReceiveBuffer(options.Lane, ReceiveBufferBytes, options.ReceiveBufferBytes);
        }

        if (!Array.TrueForAll(sockets, s => s.IsJoining))
        {
            LogNoOffload(options.Lane);
        }
    }

    /// <summary>The addresses bound, with the ports that were given, in the order of the options.</summary>
    public IReadOnlyList<IPEndPoint> LocalEndPoints => [.. sockets.Select(s => s.LocalEndPoint)];

    /// <summary>Receive buffer that the kernel granted, in bytes, all addresses together.</summary>
    public int ReceiveBufferBytes => sockets.Sum(s => s.ReceiveBufferBytes);

    /// <summary>The key that the newest datagram came under, else the first one; null where the lane has none.</summary>
    public LaneKey? KeyInUse => options.Keys.FirstOrDefault(key => key.IdFor(options.Lane) == counters.KeyId) ?? (options.Keys.Count > 0 ? options.Keys[0] : null);

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
                CrowdedOutBlocks = counters.CrowdedOut,
                ReceivedBitsPerSecond = 8 * rate.PerSecond,
                ParityNeeded = counters.ParityNeeded(),
                ParitySymbols = counters.ParitySymbols,
                MissingDatagrams = assembly.MissingDatagrams,
                KernelDrops = counters.KernelDrops,
                Malformed = counters.Faults(DatagramFault.Malformed),
                Foreign = counters.Faults(DatagramFault.Foreign),
                Forged = counters.Faults(DatagramFault.Forged),
                Replayed = counters.Faults(DatagramFault.Replayed),
                ActiveSessions = assembly.Sessions(),
                KeyIds = [.. options.Keys.Select(key => key.IdFor(options.Lane))],
                KeyId = counters.KeyId,
                MissingSessions = missing,
                HeartbeatTime = counters.Heartbeat,
                ReceiveBufferBytes = ReceiveBufferBytes,
            };
        }
    }

    /// <summary>Takes datagrams one by one, as where the kernel knows no other way. For tests.</summary>
    internal bool TakesOneByOne { get; init; }

    /// <summary>Receives until cancelled. A fault in here is a bug and ends the task: the service must stop rather than run deaf. To be called once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(stopping.Cancel);
        List<Task> threads = [Start("assemble", Assemble), .. sockets.Select((_, i) => Start("drain", () => Drain(i)))];
        await Task.WhenAny(threads).ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(threads).ConfigureAwait(false);
        await assembly.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Closes the sockets. To be called when <see cref="RunAsync"/> has ended.</summary>
    public void Dispose()
    {
        meter.Dispose();
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }

        assembly.Dispose();
        doorbell.Dispose();
        stopping.Dispose();
    }

    private static LaneSocket[] Bind(LaneReceiverOptions options)
    {
        var bound = new List<LaneSocket>();
        try
        {
            foreach (var listen in options.Listen)
            {
                bound.Add(new(listen, options.ReceiveBufferBytes / options.Listen.Count, Poll));
            }

            return [.. bound];
        }
        catch
        {
            bound.ForEach(socket => socket.Dispose());
            throw;
        }
    }

    // Named for those who look at the process with top or perf; the kernel shows 15 characters.
    private static Task Start(string name, Action thread) =>
        Task.Factory.StartNew(
            () =>
            {
                Thread.CurrentThread.Name = $"lane {name}";
                thread();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private void Measure()
    {
        KeyValuePair<string, object?>[] lane = [new("lane", options.Lane)];
        void Count(string name, string unit, string description, Func<long> read) =>
            meter.CreateObservableCounter($"gateway.lane.{name}", () => new Measurement<long>(read(), lane), unit, description);
        Count("datagrams", "{datagram}", "Datagrams received", () => counters.Datagrams);
        Count("bytes", "By", "Bytes of datagrams received", () => counters.Bytes);
        Count("dropped", "{datagram}", "Datagrams not used", () => counters.Dropped);
        Count("kernel_dropped", "{datagram}", "Datagrams that the kernel dropped", () => counters.KernelDrops);
        Count("repaired", "{block}", "Blocks repaired by parity", () => counters.Repaired);
        Count("crowded_out", "{block}", "Blocks given up because memory was spent", () => counters.CrowdedOut);
        meter.CreateObservableUpDownCounter("gateway.lane.lost", () => new Measurement<long>(counters.Lost, lane), "{block}", "Blocks beyond repair");
        foreach (var fault in Enum.GetValues<DatagramFault>().Where(f => f != DatagramFault.None))
        {
            KeyValuePair<string, object?>[] kind = [.. lane, new("fault", fault.ToString())];
            meter.CreateObservableCounter("gateway.lane.faults", () => new Measurement<long>(counters.Faults(fault), kind), "{datagram}", "Datagrams turned away");
        }
    }

    private void Drain(int index)
    {
        using var drain = new LaneDrain(sockets[index], rings[index], counters);
        drain.Run(!TakesOneByOne, error => LogReceiveError(error, options.Lane), stopping.Token);
    }

    private void Assemble()
    {
        Func<bool> isIdle = () => Array.TrueForAll(rings, r => r.IsEmpty);
        var ticked = timeProvider.GetTimestamp();
        var sinceLook = 0;
        while (!stopping.IsCancellationRequested)
        {
            var arrived = false;
            foreach (var ring in rings)
            {
                if (ring.TryTake(out var aggregate))
                {
                    arrived = true;
                    assembly.Take(ring.Memory.AsSpan(aggregate.Place, aggregate.Length), aggregate.SegmentBytes);
                    ring.Release(aggregate);
                }
            }

            if (!arrived || ++sinceLook == AggregatesPerLook)
            {
                sinceLook = 0;
                if (timeProvider.GetElapsedTime(ticked) >= TickInterval)
                {
                    assembly.Tick();
                    rate.Look(counters.Bytes);
                    ticked = timeProvider.GetTimestamp();
                }

                AwaitDisk();
            }

            if (!arrived)
            {
                doorbell.Wait(isIdle, Poll);
            }
        }
    }

    // A disk that stalls for a moment costs nothing while the ring has room; one that stalls for longer costs whole blocks, before the kernel's buffer is full and costs a
    // bit of every block. The clock goes on meanwhile, since the end of a silent session may be what frees the memory.
    private void AwaitDisk()
    {
        while (assembly.WaitsForDisk && !Array.Exists(rings, r => r.IsNearlyFull) && !stopping.Token.WaitHandle.WaitOne(DiskPoll))
        {
            assembly.Tick();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Lane {Lane} was granted a receive buffer of {Granted} bytes of {Wanted}; raise net.core.rmem_max, or bursts will be lost")]
    private partial void LogReceiveBuffer(string lane, int granted, int wanted);

    [LoggerMessage(LogLevel.Warning, "Lane {Lane} receives without UDP GRO, which this kernel refuses: it costs several times the processor time")]
    private partial void LogNoOffload(string lane);

    [LoggerMessage(LogLevel.Error, "Lane {Lane} could not receive")]
    private partial void LogReceiveError(Exception error, string lane);
}
