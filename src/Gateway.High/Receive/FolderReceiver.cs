using System.Diagnostics.Metrics;
using Gateway.Core.Wire;

namespace Gateway.High.Receive;

/// <summary>
/// One folder lane into the high side. It reads volumes that somebody put into a directory and takes the datagrams in them as those of a UDP lane; its memory is bounded, and no file
/// ends it. It writes nothing there, and removes what was read only where that was asked for.
/// <code>
/// directory → VolumeInbox (what is there) → VolumeSetReader (stripes, mended) → LaneAssembly: gate, header, blocks → a task for each session: open, write
/// </code>
/// Each reading of a set has a gate of its own: media are carried by hand, in any order and sometimes twice, so that an old set that comes again is no attack. What a replay could do is
/// decided where transfers are: each is consumed once.
/// </summary>
public sealed partial class FolderReceiver : ILaneReceiver
{
    /// <summary>Time between two looks at the directory.</summary>
    public static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>A set that was whole, and whose session nevertheless is not, is read again after this long: the disk here was full, perhaps.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromMinutes(10);

    // A drive tries for minutes before it gives a bad sector up; nobody else speaks meanwhile whose session could go stale.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(1);

    // A gigabyte and more of every volume without one slab that can be read: there is nothing left to find.
    private const int MaximumEmptyStripes = 4096;

    // Sets that are done, for volumes of theirs that come late.
    private const int MaximumFinished = 1024;

    private readonly FolderReceiverOptions options;
    private readonly OpenSession open;
    private readonly TimeProvider timeProvider;
    private readonly ILogger<FolderReceiver> logger;
    private readonly VolumeInbox inbox;
    private readonly LaneCounters counters = new();
    private readonly Lock gapsGate = new();
    private readonly SessionGaps gaps = new();
    private readonly Dictionary<Volume, Attempt> attempts = [];
    private readonly Queue<UInt128> finishedOrder = [];
    private readonly HashSet<UInt128> finished = [];
    private readonly Meter meter = new("Gateway.High.Receive");
    private readonly long origin;
    private volatile LaneAssembly? current;
    private long missing;

    /// <param name="options">How the lane is received.</param>
    /// <param name="open">Decides on its sessions.</param>
    /// <param name="timeProvider">Clock.</param>
    /// <param name="logger">A line for each set.</param>
    public FolderReceiver(FolderReceiverOptions options, OpenSession open, TimeProvider timeProvider, ILogger<FolderReceiver> logger)
    {
        (this.options, this.open, this.timeProvider, this.logger) = (options, open, timeProvider, logger);
        inbox = new(options.Directory, options.Lane);
        origin = timeProvider.GetTimestamp();
        Measure();
    }

    /// <inheritdoc/>
    public LaneStatus Status
    {
        get
        {
            var assembly = current;
            lock (gapsGate)
            {
                return new()
                {
                    Lane = options.Lane,
                    Kind = LaneStatus.Folder,
                    LastSession = gaps.Newest,
                    Datagrams = counters.Datagrams,
                    Bytes = counters.Bytes,
                    DroppedDatagrams = counters.Dropped,
                    RepairedBlocks = counters.Repaired,
                    LostBlocks = counters.Lost,
                    ParityNeeded = counters.ParityNeeded(),
                    ParitySymbols = counters.ParitySymbols,
                    MissingDatagrams = Volatile.Read(ref missing) + (assembly?.MissingDatagrams ?? 0),
                    Malformed = counters.Faults(DatagramFault.Malformed),
                    Foreign = counters.Faults(DatagramFault.Foreign),
                    Forged = counters.Faults(DatagramFault.Forged),
                    Replayed = counters.Faults(DatagramFault.Replayed),
                    ActiveSessions = assembly?.Sessions() ?? [],
                    KeyIds = [.. options.Keys.Select(key => key.IdFor(options.Lane))],
                    KeyId = counters.KeyId,
                    MissingSessions = gaps.Missing(),
                };
            }
        }
    }

    /// <inheritdoc/>
    public LaneKey? KeyInUse => options.Keys.FirstOrDefault(key => key.IdFor(options.Lane) == counters.KeyId) ?? (options.Keys.Count > 0 ? options.Keys[0] : null);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookInterval, timeProvider);
        try
        {
            do
            {
                // Reading blocks its thread; nobody else's request should wait for it.
                await Task.Factory
                    .StartNew(() => LookAsync(cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    .Unwrap()
                    .ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What was read of a set is kept; the next start reads the rest.
        }
    }

    public void Dispose() => meter.Dispose();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var now = timeProvider.GetElapsedTime(origin);
        var sets = inbox.Look(now);
        foreach (var gone in attempts.Keys.Except(sets.Select(set => set.Id)).ToList())
        {
            attempts.Remove(gone);
        }

        foreach (var set in sets)
        {
            if (finished.Contains(set.Id.Set))
            {
                Remove(set);
            }
            else if (IsDue(set, now))
            {
                await ReceiveAsync(set, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private bool IsDue(VolumeSet set, TimeSpan now)
    {
        if (attempts.TryGetValue(set.Id, out var attempt) && attempt.Files.SequenceEqual(set.Files))
        {
            return attempt.MayTryAgain && now - attempt.At >= RetryInterval;
        }

        return now - set.Changed >= (set.IsReadable ? options.Settle : options.Patience);
    }

    private async Task ReceiveAsync(VolumeSet set, CancellationToken cancellationToken)
    {
        if (set.Id.Geometry.StripeBytes > options.Memory.RingBytes)
        {
            attempts[set.Id] = new(set.Files, timeProvider.GetElapsedTime(origin), MayTryAgain: false);
            LogTooLarge(options.Lane, set.Id.Session, set.Id.Geometry.StripeBytes, options.Memory.RingBytes);
            return;
        }

        var opened = new List<BlockDestination>();
        using var reader = new VolumeSetReader(set);
        using var assembly = new LaneAssembly(
            new() { Lane = options.Lane, Listen = [], Keys = options.Keys, Memory = options.Memory, IdleTimeout = IdleTimeout },
            (header, token) => OpenAsync(header, opened, token),
            counters,
            timeProvider,
            logger,
            cancellationToken);
        current = assembly;
        try
        {
            await ReadAsync(set, reader, assembly, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await assembly.StopAsync().ConfigureAwait(false);
            current = null;
            Volatile.Write(ref missing, missing + assembly.MissingDatagrams);
        }

        cancellationToken.ThrowIfCancellationRequested();
        var (newest, _) = assembly.Gaps();
        lock (gapsGate)
        {
            gaps.Announce(newest);
        }

        var isWhole = opened.Count > 0 && opened.TrueForAll(destination => destination.MissingBlocks == 0);
        attempts[set.Id] = new(set.Files, timeProvider.GetElapsedTime(origin), opened.Count > 0 && !isWhole && reader.Lost == 0);
        LogRead(
            options.Lane, set.Id.Session, set.Files.Count, set.Id.Geometry.DataVolumes, set.Id.Geometry.ParityVolumes, reader.Recovered, reader.Lost,
            opened.Sum(destination => destination.MissingBlocks));
        if (isWhole && options.Delete)
        {
            Finish(set);
        }
    }

    private async Task ReadAsync(VolumeSet set, VolumeSetReader reader, LaneAssembly assembly, CancellationToken cancellationToken)
    {
        var empty = 0;
        for (var stripe = 0L; stripe < set.Stripes && empty < MaximumEmptyStripes; stripe++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            empty = reader.Read(stripe) > 0 ? 0 : empty + 1;
            for (var volume = 0; volume < set.Id.Geometry.DataVolumes; volume++)
            {
                Take(reader.Content(volume).Span, assembly);
                assembly.Tick();

                // Nothing is lost by waiting, unlike on a socket: for the disk, and for what people signed to be verified.
                while (assembly.WaitsForDisk || assembly.AwaitsVerdict)
                {
                    await Task.Delay(WaitStep, timeProvider, cancellationToken).ConfigureAwait(false);
                    assembly.Tick();
                }
            }
        }
    }

    private static void Take(ReadOnlySpan<byte> content, LaneAssembly assembly)
    {
        var read = 0;
        while (VolumeSlab.TryNext(content, ref read, out var datagram))
        {
            assembly.Take(datagram, datagram.Length);
        }
    }

    private async ValueTask<BlockDestination?> OpenAsync(SessionHeader header, List<BlockDestination> opened, CancellationToken cancellationToken)
    {
        var destination = await open(header, cancellationToken).ConfigureAwait(false);
        if (destination is null)
        {
            return null;
        }

        lock (gapsGate)
        {
            gaps.Confirm(header.Session, header.Earlier);
            opened.Add(destination);
        }

        return destination;
    }

    private void Finish(VolumeSet set)
    {
        Remove(set);
        if (finished.Add(set.Id.Set))
        {
            finishedOrder.Enqueue(set.Id.Set);
        }

        if (finishedOrder.Count > MaximumFinished)
        {
            finished.Remove(finishedOrder.Dequeue());
        }
    }

    private void Remove(VolumeSet set)
    {
        foreach (var file in set.Files)
        {
            try
            {
                File.Delete(file.Path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogNotRemoved(e, options.Lane, set.Id.Session);
                return;
            }
        }
    }

    private void Measure()
    {
        KeyValuePair<string, object?>[] lane = [new("lane", options.Lane)];
        void Count(string name, string unit, string description, Func<long> read) =>
            meter.CreateObservableCounter($"gateway.lane.{name}", () => new Measurement<long>(read(), lane), unit, description);
        Count("datagrams", "{datagram}", "Datagrams read", () => counters.Datagrams);
        Count("bytes", "By", "Bytes of datagrams read", () => counters.Bytes);
        Count("dropped", "{datagram}", "Datagrams not used", () => counters.Dropped);
        Count("repaired", "{block}", "Blocks repaired by parity", () => counters.Repaired);
        meter.CreateObservableUpDownCounter("gateway.lane.lost", () => new Measurement<long>(counters.Lost, lane), "{block}", "Blocks beyond repair");
    }

    [LoggerMessage(LogLevel.Information, "Lane {Lane} read session {Session}: {Volumes} volumes of {DataVolumes} and {ParityVolumes} of parity, {Recovered} slabs mended, {Lost} lost; {MissingBlocks} blocks are missing")]
    private partial void LogRead(string lane, ulong session, int volumes, int dataVolumes, int parityVolumes, long recovered, long lost, long missingBlocks);

    [LoggerMessage(LogLevel.Error, "Lane {Lane} cannot read session {Session}: a stripe of its volumes takes {Bytes} bytes of {Memory}; raise memoryBytes of the lane, or volumeBytes on the low side")]
    private partial void LogTooLarge(string lane, ulong session, int bytes, int memory);

    [LoggerMessage(LogLevel.Warning, "Lane {Lane} could not remove the volumes of session {Session}")]
    private partial void LogNotRemoved(Exception cause, string lane, ulong session);

    // What came of reading a set, and of which files.
    private sealed record Attempt(IReadOnlyList<VolumeFile> Files, TimeSpan At, bool MayTryAgain);
}
