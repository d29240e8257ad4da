using System.Globalization;
using Gateway.Core;
using Gateway.Core.Wire;

namespace Gateway.Storage.Low;

/// <summary>Some blocks of a transfer.</summary>
/// <param name="PayloadBytes">Bytes of the artifact's stream in one block, as these are counted.</param>
/// <param name="Ranges">The blocks.</param>
public sealed record TransferBlocks(int PayloadBytes, BlockRanges Ranges);

/// <summary>A session that was begun on a lane.</summary>
/// <param name="Number">Its number.</param>
/// <param name="TransferId">The transfer that it brought.</param>
/// <param name="Only">The blocks that it brought; null for all.</param>
public sealed record SentSession(ulong Number, string TransferId, TransferBlocks? Only);

/// <summary>What is sent again in part, and which session brought what.</summary>
public sealed partial class LowCatalog
{
    /// <summary>Sessions of a lane that are remembered: a high side that misses an older one missed it for longer than any release is valid.</summary>
    public const int MaximumSessions = 100_000;

    /// <summary>
    /// Queues a sent transfer once more, for all of it or for some blocks; these stay with it until they were sent. The same request again changes nothing. Refuses with
    /// <see cref="RefusalCode.StateWrong"/>.
    /// </summary>
    /// <param name="id">The transfer.</param>
    /// <param name="only">The blocks that its next session is to bring; null for all.</param>
    /// <param name="request">The request's id, and the digest of what it asks.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task<Outcome<TransferRecord>> ResendAsync(
        string id, TransferBlocks? only, (string Id, Digest Body) request, string actor, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) =>
            {
                if (!RequestIds.Find(transaction, actor, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
                {
                    return refusal;
                }

                if (earlier.Result is not null)
                {
                    return null;
                }

                if (record.State != TransferState.SentUnconfirmed)
                {
                    return new Refusal(RefusalCode.StateWrong, record.State.Word());
                }

                RequestIds.Record(transaction, actor, request.Id, request.Body, id);
                SetRepair(transaction, id, only);
                return Move(transaction, record, TransferState.Sending, actor, null);
            },
            cancellation);

    /// <summary>The blocks that the transfer's next session is to bring; null for all.</summary>
    public Task<TransferBlocks?> FindRepairAsync(string id, CancellationToken cancellation) =>
        ReadAsync(reader => Repair(reader, id)?.ToBlocks(), cancellation);

    /// <summary>Those of a lane's sessions that are remembered.</summary>
    public Task<IReadOnlyList<SentSession>> FindSessionsAsync(string lane, IReadOnlyList<ulong> numbers, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<SentSession>>(
            reader =>
            [
                .. reader.Query<SessionRow>(
                    """
                    SELECT session AS Session, transfer_id AS TransferId, payload_bytes AS PayloadBytes, blocks AS Blocks FROM sessions
                    WHERE lane = @lane AND session IN @numbers ORDER BY session
                    """,
                    new { lane, numbers = numbers.Where(n => n <= long.MaxValue).Select(n => (long)n) })
                    .Select(row => new SentSession((ulong)row.Session, row.TransferId, row.ToBlocks())),
            ],
            cancellation);

    /// <summary>Numbers of those of a lane's sessions that were about one transfer and are remembered.</summary>
    public Task<IReadOnlyList<ulong>> ListSessionsAsync(string lane, string transferId, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<ulong>>(
            reader =>
            [
                .. reader.Query<long>("SELECT session FROM sessions WHERE transfer_id = @transferId AND lane = @lane ORDER BY session", new { lane, transferId })
                    .Select(session => (ulong)session),
            ],
            cancellation);

    /// <summary>Remembers what a session that begins now brings.</summary>
    private static void RecordSession(CatalogTransaction transaction, TransferRecord record, long session)
    {
        var repair = Repair(transaction, record.Id);
        transaction.Execute(
            "INSERT INTO sessions (lane, session, transfer_id, payload_bytes, blocks) VALUES (@Lane, @session, @Id, @payloadBytes, @blocks)",
            new { record.Lane, session, record.Id, payloadBytes = repair?.PayloadBytes ?? 0, blocks = repair?.Blocks ?? "" });
        transaction.Execute(
            "DELETE FROM sessions WHERE lane = @Lane AND session <= @session - @kept", new { record.Lane, session, kept = (long)MaximumSessions });
    }

    private static void SetRepair(CatalogTransaction transaction, string id, TransferBlocks? only)
    {
        transaction.Execute("DELETE FROM repairs WHERE transfer_id = @id", new { id });
        if (only is not null)
        {
            transaction.Execute(
                "INSERT INTO repairs (transfer_id, payload_bytes, blocks) VALUES (@id, @PayloadBytes, @blocks)",
                new { id, only.PayloadBytes, blocks = Text(only.Ranges) });
        }
    }

    private static RepairRow? Repair(CatalogReader reader, string id) =>
        reader.QueryFirst<RepairRow>("SELECT payload_bytes AS PayloadBytes, blocks AS Blocks FROM repairs WHERE transfer_id = @id", new { id });

    private static string Text(BlockRanges ranges) =>
        string.Join(' ', ranges.Ranges.Select(range => string.Create(CultureInfo.InvariantCulture, $"{range.First}+{range.Count}")));

    private class RepairRow
    {
        public int PayloadBytes { get; init; }

        public string Blocks { get; init; } = "";

        public TransferBlocks? ToBlocks() => PayloadBytes == 0
            ? null
            : new(PayloadBytes, BlockRanges.Of(Blocks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range => range.Split('+')).Select(
                numbers => new BlockRange(long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture)))));
    }

    private sealed class SessionRow : RepairRow
    {
        public long Session { get; init; }

        public string TransferId { get; init; } = "";
    }
}
