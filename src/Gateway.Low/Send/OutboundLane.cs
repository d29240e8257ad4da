using Gateway.Core;
using Gateway.Core.Ledger;
using Gateway.Core.Wire;
using Gateway.Low.Approve;
using Gateway.Low.Seal;
using Gateway.Storage.Low;

namespace Gateway.Low.Send;

/// <summary>One lane with its queue: what is sealed leaves here, and nothing comes back.</summary>
internal sealed class OutboundLane : IAsyncDisposable
{
    /// <summary>Most ranges of blocks that are left out: what a session brings is on record as long as its number is, as a row of some kilobytes.</summary>
    private const int MaximumSparedRanges = 2_048;

    private readonly LowCatalog catalog;
    private readonly TimeProvider time;
    private readonly FecGeometry geometry;
    private readonly ISessionSender sender;

    private OutboundLane(string id, LaneKey? key, FecGeometry geometry, LowCatalog catalog, TimeProvider time, Func<NextSession, ISessionSender> create)
    {
        this.catalog = catalog;
        this.time = time;
        (Id, Key, this.geometry) = (id, key, geometry);
        sender = create(NextSessionAsync);
    }

    private delegate ValueTask<ulong> NextSession(SessionContent content, CancellationToken cancellation);

    public string Id { get; }

    /// <summary>The key that its datagrams are sent under; null on a lane without.</summary>
    public LaneKey? Key { get; }

    /// <summary>Who is next.</summary>
    public SendQueue Queue { get; } = new();

    /// <summary>The lane at this moment.</summary>
    public LaneStatus Status => sender.Status with { QueuedSessions = Queue.Waiting };

    /// <summary>A lane of datagrams.</summary>
    public static OutboundLane Udp(LaneSenderOptions options, LaneSequence sequence, LowCatalog catalog, TimeProvider time, ILogger<LaneSender> logger) =>
        new(options.Lane, options.Key, options.Geometry, catalog, time, next => new LaneSender(options, sequence, next.Invoke, time, logger));

    /// <summary>A lane of files.</summary>
    public static OutboundLane Folder(FolderSenderOptions options, LaneSequence sequence, LowCatalog catalog, TimeProvider time, ILogger<FolderSender> logger) =>
        new(options.Lane, options.Key, FolderSenderOptions.Geometry, catalog, time, next => new FolderSender(options, sequence, next.Invoke, logger));

    /// <summary>Begins the heartbeats, or clears away what an earlier run left.</summary>
    public void Start() => sender.Start();

    /// <summary>Shows the transfer as queued. Refuses with <see cref="RefusalCode.StateWrong"/> where it was ended meanwhile.</summary>
    public async Task<Refusal?> ShowQueuedAsync(Approved approved, CancellationToken cancellation)
    {
        // A restart or a resend finds it queued already.
        if (!(await catalog.FindAsync(approved.Transfer.Id, cancellation)).Succeeded(out var transfer, out var refusal))
        {
            return refusal;
        }

        return transfer.State == TransferState.Sending
            ? null
            : (await catalog.MoveAsync(transfer.Id, TransferState.Sending, AuditEntry.Service, null, cancellation)).Refusal;
    }

    /// <summary>
    /// Sends a session; the caller holds a turn on the lane. Cut off, it goes on under a new number <see cref="SendProgress.ResumeMarginBytes"/> before where it was.
    /// </summary>
    public async Task<Refusal?> SendAsync(Sealed sealedTransfer, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("send");
        var id = sealedTransfer.Content.TransferId;
        if (!(await catalog.FindAsync(id, cancellation)).Succeeded(out var record, out var refusal))
        {
            return refusal;
        }

        var first = SendProgress.FirstBlock(record.SentBytes, record.SentPayloadBytes, geometry.PayloadBytes);
        await using var progress = new SendProgress(bytes => catalog.SetSentAsync(id, bytes, CancellationToken.None), time);
        using var stage = new SourceFile(sealedTransfer.StagePath);
        OutboundSession session;
        try
        {
            if (record.Session == 0 && await SpareAsync(sealedTransfer, cancellation) is { } ended)
            {
                return ended;
            }

            session = new OutboundSession
            {
                Content = sealedTransfer.Content,
                Earlier = await FindEarlierAsync(id, cancellation),
                Read = stage.ReadAsync,
                Only = await FindOnlyAsync(sealedTransfer.Content, cancellation),
                FirstBlock = first,
                Priority = sealedTransfer.Approved.Transfer.Priority,
                Progress = progress.Report,
            };
            await sender.SendAsync(session, cancellation);
        }
        catch (SessionRefusedException e)
        {
            return e.Refusal;
        }

        LowTelemetry.SentBytes.Add(session.Only is { } only ? Math.Min(only.Blocks * geometry.PayloadBytes, sealedTransfer.Content.TotalBytes) : sealedTransfer.Content.TotalBytes);
        return (await catalog.SetSentAsync(id, sealedTransfer.Content.TotalBytes, cancellation)).Refusal;
    }

    public async ValueTask DisposeAsync()
    {
        await sender.DisposeAsync();
        Queue.Dispose();
    }

    /// <summary>Leaves blocks out of the first session that lie in files which were sent before. What is sent once more is sent as it is asked for.</summary>
    private async Task<Refusal?> SpareAsync(Sealed sealedTransfer, CancellationToken cancellation)
    {
        var total = sealedTransfer.Content.TotalBytes;
        var spared = BlockRanges.Inside(sealedTransfer.SentBefore, geometry.PayloadBytes, total).Longest(MaximumSparedRanges);
        if (spared.Blocks == 0)
        {
            // Also where an attempt that died before its session had left some out.
            return (await catalog.SpareAsync(sealedTransfer.Content.TransferId, null, 0, cancellation)).Refusal;
        }

        // The last block may be shorter.
        var bytes = (spared.Blocks * geometry.PayloadBytes) - Math.Max(0, (spared.End * geometry.PayloadBytes) - total);
        var rest = new TransferBlocks(geometry.PayloadBytes, spared.Others(geometry.BlocksOf(total)));
        return (await catalog.SpareAsync(sealedTransfer.Content.TransferId, rest, bytes, cancellation)).Refusal;
    }

    // The high side lists those of them that it missed as gaps, until it is told that this one stands for them.
    private async Task<IReadOnlyList<SessionRange>> FindEarlierAsync(string transferId, CancellationToken cancellation) =>
        [.. SessionRange.Of(await catalog.ListSessionsAsync(Id, transferId, cancellation)).TakeLast(SessionHeader.MaximumEarlier)];

    // The high side may count blocks of another length than this lane cuts now.
    private async Task<BlockRanges?> FindOnlyAsync(SessionContent content, CancellationToken cancellation) =>
        (await catalog.FindRepairAsync(content.TransferId, cancellation))
            is { } only ? only.Ranges.Recut(only.PayloadBytes, geometry.PayloadBytes, content.TotalBytes) : null;

    /// <summary>
    /// Number of the session that the lane begins now: durable, and on record with its transfer, before it is used. The lane asks between
    /// <see cref="SendAsync"/>'s start and its first datagram.
    /// </summary>
    private async ValueTask<ulong> NextSessionAsync(SessionContent content, CancellationToken cancellation) =>
        (await catalog.StartSessionAsync(content.TransferId, geometry.PayloadBytes, cancellation)).Succeeded(out var session, out var refusal)
            ? (ulong)session
            : throw new SessionRefusedException(refusal);
}
