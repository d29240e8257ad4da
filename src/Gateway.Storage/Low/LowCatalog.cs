using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.Low;

/// <summary>The low side's catalog: transfers, decisions, sequences and session numbers. Every change writes its audit record in the same transaction.</summary>
public sealed partial class LowCatalog : SqliteCatalog
{
    private LowCatalog(string path, TimeProvider clock)
        : base(path, clock)
    {
    }

    /// <summary>Signals each committed change.</summary>
    public TransferChanges Changes { get; } = new();

    /// <summary>Raised after each committed change of state, with the transfer as it is now.</summary>
    public event Action<TransferRecord>? StateChanged;

    protected override string Schema => "low";

    protected override IReadOnlyList<string> Migrations => LowSchema.Migrations;

    /// <summary>Opens the database and brings it up to date. Refuses with <see cref="RefusalCode.CatalogNewer"/>.</summary>
    public static async Task<Outcome<LowCatalog>> OpenAsync(string path, TimeProvider clock)
    {
        var catalog = new LowCatalog(path, clock);
        if (catalog.Prepare() is { } refusal)
        {
            await catalog.DisposeAsync();
            return refusal;
        }

        return catalog;
    }

    /// <summary>One transfer. Refuses with <see cref="RefusalCode.TransferUnknown"/>.</summary>
    public Task<Outcome<TransferRecord>> FindAsync(string id, CancellationToken cancellation) =>
        ReadAsync(reader => Find(reader, id), cancellation);

    /// <summary>Newest first, those older than <paramref name="before"/> (an id; null begins at the newest).</summary>
    public Task<IReadOnlyList<TransferRecord>> ListAsync(TransferState? state, string? before, int count, CancellationToken cancellation) =>
        ReadAsync(
            reader => WithApprovals(reader, reader.Query<TransferRow>(
                $"""
                SELECT {TransferRow.Columns} FROM transfers
                WHERE (@state IS NULL OR state = @state) AND (@before IS NULL OR id < @before) ORDER BY id DESC LIMIT @count
                """,
                new { state = (int?)state, before, count })),
            cancellation);

    /// <summary>
    /// Oldest first, those that wait for a signature of this person, who neither submitted them nor signed yet, and are newer than
    /// <paramref name="after"/> (an id; empty begins at the oldest).
    /// </summary>
    public Task<IReadOnlyList<TransferRecord>> ListAwaitingAsync(string person, string after, int count, CancellationToken cancellation) =>
        ReadAsync(
            reader => WithApprovals(reader, reader.Query<TransferRow>(
                $"""
                SELECT {TransferRow.Columns} FROM transfers
                WHERE state = @state AND id > @after AND submitter <> @person
                    AND NOT EXISTS (SELECT 1 FROM approvals WHERE transfer_id = id AND approvals.person = @person)
                ORDER BY id LIMIT @count
                """,
                new { state = (int)TransferState.AwaitingApproval, after, person, count })),
            cancellation);

    /// <summary>Ids of the transfers in one of these states, oldest first: what a restart has to carry on with.</summary>
    public Task<IReadOnlyList<string>> ListIdsAsync(IReadOnlyList<TransferState> states, CancellationToken cancellation) =>
        ReadAsync(
            reader => reader.Query<string>(
                "SELECT id FROM transfers WHERE state IN @states ORDER BY id", new { states = states.Select(state => (int)state) }),
            cancellation);

    /// <summary>The transfer of this artifact that was sent with the highest sequence, or null.</summary>
    public Task<TransferRecord?> FindLastSentAsync(string foldedName, CancellationToken cancellation) =>
        ReadAsync(
            reader => reader.QueryFirst<TransferRow>(
                $"""
                SELECT {TransferRow.Columns} FROM transfers
                WHERE folded_name = @foldedName AND state = @state ORDER BY sequence DESC LIMIT 1
                """,
                new { foldedName, state = (int)TransferState.SentUnconfirmed })?.ToRecord([]),
            cancellation);

    /// <summary>The payload of the proposed release, or null before there is one.</summary>
    public Task<byte[]?> FindReleaseAsync(string id, CancellationToken cancellation) =>
        ReadAsync(reader => reader.QueryFirst<byte[]>("SELECT payload FROM releases WHERE transfer_id = @id", new { id }), cancellation);

    private static Outcome<TransferRecord> Find(CatalogReader reader, string id) =>
        reader.QueryFirst<TransferRow>($"SELECT {TransferRow.Columns} FROM transfers WHERE id = @id", new { id }) is { } row
            ? WithApprovals(reader, [row])[0]
            : new Refusal(RefusalCode.TransferUnknown, id);

    private static IReadOnlyList<TransferRecord> WithApprovals(CatalogReader reader, IReadOnlyList<TransferRow> rows)
    {
        var approvals = reader
            .Query<ApprovalRow>(
                $"SELECT {ApprovalRow.Columns} FROM approvals WHERE transfer_id IN @ids ORDER BY time, person",
                new { ids = rows.Select(row => row.Id) })
            .ToLookup(row => row.TransferId, row => row.ToRecord());
        return [.. rows.Select(row => row.ToRecord([.. approvals[row.Id]]))];
    }

    /// <summary>Commits a change of one transfer, then signals it.</summary>
    private async Task<Outcome<TransferRecord>> ChangeAsync(
        string id, Func<CatalogTransaction, TransferRecord, Refusal?> change, CancellationToken cancellation)
    {
        var (outcome, moved) = await WriteAsync<(Outcome<TransferRecord>, bool)>(
            transaction =>
            {
                if (!Find(transaction, id).Succeeded(out var before, out var refusal))
                {
                    return (refusal, false);
                }

                if (change(transaction, before) is { } refused)
                {
                    return (refused, false);
                }

                var after = Find(transaction, id);
                return (after, after.Succeeded(out var record, out _) && record.State != before.State);
            },
            cancellation);
        Changes.Publish(id);
        if (moved && outcome.Succeeded(out var changed, out _))
        {
            StateChanged?.Invoke(changed);
        }

        return outcome;
    }

    private static void Audit(CatalogTransaction transaction, string actor, string id, string action, TransferState state, Refusal? refusal, string detail) =>
        AuditTable.Append(transaction, new AuditEntry
        {
            Actor = actor,
            TransferId = id,
            Action = action,
            State = state.Word(),
            Refusal = refusal?.Code ?? RefusalCode.Unspecified,
            Detail = refusal is null ? detail : refusal.Sentence,
        });
}
