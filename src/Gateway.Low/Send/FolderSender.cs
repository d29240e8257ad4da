using System.Diagnostics.Metrics;
using Gateway.Core.Wire;
using Gateway.Storage;

namespace Gateway.Low.Send;

/// <summary>
/// One folder lane out of the low side: each session becomes a set of files that somebody else carries, a diode that moves files or a person with media. The bytes inside are the
/// datagrams of a UDP lane. One session at a time, all of it or nothing.
/// </summary>
public sealed partial class FolderSender : ISessionSender
{
    /// <summary>errno of a full disk (ENOSPC), as .NET gives it on Linux.</summary>
    private const int NoSpace = 28;

    private readonly FolderSenderOptions options;
    private readonly LaneSequence sequence;
    private readonly Func<SessionContent, CancellationToken, ValueTask<ulong>> nextSession;
    private readonly ILogger<FolderSender> logger;
    private readonly BlockPacker? packer;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Meter meter = new("Gateway.Low.Send");
    private ulong lastSession;
    private long datagrams;
    private long bytes;
    private volatile LaneSessionStatus? active;

    /// <param name="options">How the lane is sent.</param>
    /// <param name="sequence">Numbers of its datagrams: of an epoch that no earlier run used.</param>
    /// <param name="nextSession">Gives a session number that was never used on this lane, durably so before it returns.</param>
    /// <param name="logger">One line for each session.</param>
    public FolderSender(
        FolderSenderOptions options, LaneSequence sequence, Func<SessionContent, CancellationToken, ValueTask<ulong>> nextSession, ILogger<FolderSender> logger)
    {
        (this.options, this.sequence, this.nextSession, this.logger) = (options, sequence, nextSession, logger);
        lastSession = options.LastSession;
        packer = options.PacksWeights ? new(FolderSenderOptions.Geometry, BlockParity.OfFullBlocks(FolderSenderOptions.Geometry)) : null;
        KeyValuePair<string, object?>[] lane = [new("lane", options.Lane)];
        meter.CreateObservableCounter("gateway.lane.datagrams", () => new Measurement<long>(Interlocked.Read(ref datagrams), lane), "{datagram}", "Datagrams written");
        meter.CreateObservableCounter("gateway.lane.bytes", () => new Measurement<long>(Interlocked.Read(ref bytes), lane), "By", "Bytes of datagrams written");
    }

    /// <inheritdoc/>
    public LaneStatus Status => new()
    {
        Lane = options.Lane,
        Kind = LaneStatus.Folder,
        LastSession = Volatile.Read(ref lastSession),
        Datagrams = Interlocked.Read(ref datagrams),
        Bytes = Interlocked.Read(ref bytes),
        ParitySymbols = FolderSenderOptions.Geometry.ParitySymbols,
        PackingRatio = packer?.ContentBytes is > 0 and var content ? packer.PayloadBytes / (double)content : 1,
        IsPacking = packer is not null,
        ActiveSessions = active is { } session ? [session] : [],
        KeyIds = KeyId == 0 ? [] : [KeyId],
        KeyId = KeyId,
    };

    private uint KeyId => options.Key?.IdFor(options.Lane) ?? 0;

    /// <summary>Removes the drafts of an earlier run: their sessions are sent anew.</summary>
    public void Start() => VolumeSetWriter.RemoveDrafts(options.Directory);

    /// <summary>
    /// Writes one session and returns its number once all its volumes have their names. Cancelled or failed, it leaves nothing. Throws what reading and writing throw, an
    /// <see cref="IOException"/> of a full disk where the volumes would not fit, <see cref="ArgumentException"/> for content that no header can carry, and
    /// <see cref="SessionRefusedException"/> for a session of more volumes than a set has.
    /// </summary>
    /// <param name="outbound">What crosses. Its progress is told at the end only: before that, nothing has left.</param>
    /// <param name="cancellationToken">Ends the session.</param>
    public async Task<ulong> SendAsync(OutboundSession outbound, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var (_, geometry) = Plan(outbound, session: ulong.MaxValue);
            var number = await nextSession(outbound.Content, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref lastSession, number);
            var (encoder, _) = Plan(outbound, number);
            using var writer = VolumeSetWriter.Create(options.Directory, options.Lane, number, geometry);
            // Reading and writing block their thread; nobody's upload should wait for it.
            await Task.Factory
                .StartNew(() => WriteAsync(encoder, outbound, number, writer, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .Unwrap()
                .ConfigureAwait(false);
            var written = writer.Complete();
            outbound.Progress(outbound.Content.TotalBytes);
            LogSent(number, options.Lane, outbound.Content.TransferId, outbound.Content.TotalBytes, geometry.DataVolumes, geometry.ParityVolumes, written);
            return number;
        }
        finally
        {
            active = null;
            turn.Release();
        }
    }

    /// <summary>No session may be under way.</summary>
    public ValueTask DisposeAsync()
    {
        meter.Dispose();
        turn.Dispose();
        return ValueTask.CompletedTask;
    }

    // As large as without packing: how far blocks shrink is known once they are packed. Volumes stay as many then, and become shorter.
    // The size of a session does not depend on its number, and a number that is not used is a gap that somebody looks into.
    private (SessionEncoder Encoder, VolumeGeometry Geometry) Plan(OutboundSession outbound, ulong session)
    {
        var header = new SessionHeader(options.Lane, session, FolderSenderOptions.Geometry, outbound.Content) { Earlier = outbound.Earlier };
        if (!SessionEncoder.Create(header).Succeeded(out var encoder, out var refusal))
        {
            throw new ArgumentException(refusal.ToString(), nameof(outbound));
        }

        var datagramBytes = FolderSenderOptions.Geometry.DatagramBytes + (options.Key is null ? 0 : Datagram.TagBytes);
        var inSlab = VolumeSlab.DatagramsIn(VolumeGeometry.DefaultSlabBytes, datagramBytes);

        // One more slab for the end mark.
        var slabs = StepsOf(encoder, outbound).Sum(encoder.DatagramsOf) / inSlab + 2;
        if (!VolumeGeometry.For(slabs, options.VolumeBytes, options.ParityVolumes).Succeeded(out var geometry, out refusal))
        {
            throw new SessionRefusedException(refusal);
        }

        var needed = geometry.FileBytes((slabs - 1) / geometry.DataVolumes + 1) * geometry.Volumes;
        var free = DurableFiles.FreeBytes(options.Directory) - options.ReserveBytes;
        return needed <= free
            ? (encoder, geometry)
            : throw new IOException($"{options.Directory} has room for {free} bytes of {needed}; make room, or have the volumes there carried away.", NoSpace);
    }

    private static BlockRanges BlocksOf(OutboundSession outbound) =>
        (outbound.Only ?? BlockRanges.Between(0, FolderSenderOptions.Geometry.BlocksOf(outbound.Content.TotalBytes))).From(outbound.FirstBlock);

    private static IEnumerable<SessionStep> StepsOf(SessionEncoder encoder, OutboundSession outbound) => encoder.HeaderSteps().Concat(encoder.DataSteps(BlocksOf(outbound)));

    private async Task WriteAsync(SessionEncoder encoder, OutboundSession outbound, ulong number, VolumeSetWriter writer, CancellationToken cancellationToken)
    {
        using var sealer = new DatagramSealer(options.Lane, options.Key, sequence);
        var group = encoder.NewGroup(sealer);
        var offsets = new int[group.MostBlocks];
        var blocks = BlocksOf(outbound).Blocks;
        var done = 0L;
        foreach (var step in StepsOf(encoder, outbound))
        {
            cancellationToken.ThrowIfCancellationRequested();
            active = new(number, outbound.Content.TransferId, blocks, Math.Min(done, blocks), outbound.Priority);
            await encoder.FillAsync(group, step, outbound.Read, packer, cancellationToken).ConfigureAwait(false);
            for (var row = 0; row < group.Rows; row++)
            {
                var count = group.Row(row, offsets);
                for (var i = 0; i < count; i++)
                {
                    Append(writer, group.Bytes.Span.Slice(offsets[i], group.DatagramBytes));
                }
            }

            done += step.Kind == DatagramKind.Data ? step.Blocks.Blocks : 0;
        }

        Append(writer, encoder.End(sealer));
    }

    private void Append(VolumeSetWriter writer, ReadOnlySpan<byte> datagram)
    {
        writer.Append(datagram);
        Interlocked.Increment(ref datagrams);
        Interlocked.Add(ref bytes, datagram.Length);
    }

    [LoggerMessage(LogLevel.Information, "Wrote session {Session} on lane {Lane} for transfer {TransferId}: {Bytes} bytes in {DataVolumes} volumes and {ParityVolumes} of parity, {Written} bytes in all")]
    private partial void LogSent(ulong session, string lane, string transferId, long bytes, int dataVolumes, int parityVolumes, long written);
}
