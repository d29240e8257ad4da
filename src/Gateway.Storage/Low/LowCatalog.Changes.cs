using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.Low;

/// <summary>How a transfer is made and moves from state to state.</summary>
public sealed partial class LowCatalog
{
    /// <summary>
    /// Makes a transfer, or returns the one that the same request made. Refuses with <see cref="RefusalCode.RequestIdReused"/>,
    /// <see cref="RefusalCode.VersionTaken"/>, or what <paramref name="room"/> says.
    /// </summary>
    /// <param name="transfer">What to make.</param>
    /// <param name="request">The request's id, and the digest of what it asks.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="room">Given the bytes promised to uploads that are not finished, says whether there is room. Asked inside the transaction, so that
    /// two requests cannot be promised the same space.</param>
    /// <param name="validateOnly">Check everything, change nothing.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<Outcome<TransferRecord>> CreateAsync(
        NewTransfer transfer,
        (string Id, Digest Body) request,
        string actor,
        Func<StagedSpace, Refusal?> room,
        bool validateOnly,
        CancellationToken cancellation)
    {
        var made = await WriteAsync(transaction => Create(transaction, transfer, request, actor, room, validateOnly), cancellation);
        if (!validateOnly && made.Succeeded(out var record, out _) && record.Id == transfer.Id)
        {
            StateChanged?.Invoke(record);
        }

        return made;
    }

    private static Outcome<TransferRecord> Create(
        CatalogTransaction transaction, NewTransfer transfer, (string Id, Digest Body) request, string actor, Func<StagedSpace, Refusal?> room, bool validateOnly)
    {
        if (!RequestIds.Find(transaction, actor, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
        {
            return refusal;
        }

        if (earlier.Result is { } made)
        {
            return Find(transaction, made);
        }

        refusal = Taken(transaction, transfer) ?? room(Staged(transaction, transfer.Submitter));
        if (refusal is not null)
        {
            return refusal;
        }

        var row = Row(transfer, transaction.Clock.GetUtcNow());
        if (validateOnly)
        {
            return row.ToRecord([]);
        }

        Insert(transaction, row, transfer.Artifact.FoldedName, transfer.Artifact.FoldedVersion);
        RequestIds.Record(transaction, actor, request.Id, request.Body, transfer.Id);
        Audit(transaction, actor, transfer.Id, "transfer.created", TransferState.Uploading, null, transfer.Artifact.ToString());
        return Find(transaction, transfer.Id);
    }

    /// <summary>The manifest was accepted. Refuses with <see cref="RefusalCode.StateWrong"/>.</summary>
    public Task<Outcome<TransferRecord>> SubmitAsync(string id, Digest manifest, string actor, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) => Move(transaction, record, TransferState.Submitted, actor, null)
                ?? Set(transaction, id, "manifest_sha256 = @manifest", new { id, manifest = manifest.Hex }),
            cancellation);

    /// <summary>What inspection saw is stored and may be read, whatever policy then says; no change of state.</summary>
    public Task<Outcome<TransferRecord>> SetInspectionAsync(string id, Digest inspection, CancellationToken cancellation) =>
        ChangeAsync(id, (transaction, _) => Set(transaction, id, "inspection_sha256 = @inspection", new { id, inspection = inspection.Hex }), cancellation);

    /// <summary>Stores the release that <paramref name="propose"/> builds for the artifact's next sequence number, and asks for signatures.</summary>
    public Task<Outcome<TransferRecord>> ProposeAsync(string id, Func<long, ReleaseProposal> propose, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) =>
            {
                if (Move(transaction, record, TransferState.AwaitingApproval, AuditEntry.Service, null) is { } refusal)
                {
                    return refusal;
                }

                var sequence = NextOf(transaction, "artifact_sequences", "folded_name", "last_sequence", record.Artifact.FoldedName);
                var proposal = propose(sequence);
                transaction.Execute(
                    "INSERT INTO releases (transfer_id, payload) VALUES (@id, @payload)", new { id, payload = proposal.Payload.ToArray() });
                return Set(
                    transaction,
                    id,
                    """
                    release_sha256 = @release, sequence = @sequence,
                    approvals_required = @required, policy_rules = @rules, expires = @expires
                    """,
                    new
                    {
                        id,
                        sequence,
                        release = proposal.Release.Hex,
                        required = proposal.ApprovalsRequired,
                        rules = TransferRow.JoinRules(proposal.PolicyRules),
                        expires = proposal.Expires.ToUnixTimeMilliseconds(),
                    });
            },
            cancellation);

    /// <summary>Moves a transfer on, with its refusal where that is why. Refuses with <see cref="RefusalCode.StateWrong"/>.</summary>
    public Task<Outcome<TransferRecord>> MoveAsync(
        string id, TransferState next, string actor, Refusal? because, CancellationToken cancellation) =>
        ChangeAsync(id, (transaction, record) => Move(transaction, record, next, actor, because), cancellation);

    /// <summary>Gives a transfer up. Refuses with <see cref="RefusalCode.StateWrong"/> once a session of it began, or with <see cref="RefusalCode.EtagStale"/>.</summary>
    public Task<Outcome<TransferRecord>> CancelAsync(string id, long? revision, string actor, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) => revision is { } expected && expected != record.Revision ? new Refusal(RefusalCode.EtagStale, id)
                : record.Session > 0 ? new Refusal(RefusalCode.StateWrong, record.State.Word())
                : Move(transaction, record, TransferState.Cancelled, actor, null),
            cancellation);

    /// <summary>Progress of the upload; no change of state.</summary>
    public Task<Outcome<TransferRecord>> SetStagedAsync(string id, long bytes, CancellationToken cancellation) =>
        ChangeAsync(id, (transaction, _) => Set(transaction, id, "staged_bytes = @bytes", new { id, bytes }), cancellation);

    private static Refusal? Move(CatalogTransaction transaction, TransferRecord record, TransferState next, string actor, Refusal? because)
    {
        if (!record.State.MayBecome(next))
        {
            return new Refusal(RefusalCode.StateWrong, record.State.Word());
        }

        Audit(transaction, actor, record.Id, $"transfer.{next.Word()}", next, because, record.Artifact.ToString());
        if (next != TransferState.Sending)
        {
            // What was to be sent in part has been, or never will be.
            transaction.Execute("DELETE FROM repairs WHERE transfer_id = @Id", new { record.Id });
        }

        return Set(
            transaction,
            record.Id,
            $"state = @next, refusal_code = @code, refusal_detail = @detail, revision = revision + 1{(next == TransferState.Sending ? ", sent_bytes = 0" : "")}",
            new { id = record.Id, next = (int)next, code = (int)(because?.Code ?? RefusalCode.Unspecified), detail = because?.Detail ?? "" });
    }

    private static Refusal? Set(CatalogTransaction transaction, string id, string columns, object values)
    {
        transaction.Execute($"UPDATE transfers SET {columns} WHERE id = @id", values);
        transaction.Execute(
            "UPDATE transfers SET updated = @now WHERE id = @id", new { id, now = transaction.Clock.GetUtcNow().ToUnixTimeMilliseconds() });
        return null;
    }

    private static Refusal? Taken(CatalogTransaction transaction, NewTransfer transfer) =>
        transaction.QueryFirst<string>(
            """
            SELECT id FROM transfers
            WHERE folded_name = @FoldedName AND folded_version = @FoldedVersion AND state BETWEEN 1 AND 6
            """,
            new { transfer.Artifact.FoldedName, transfer.Artifact.FoldedVersion }) is { } holder
                ? new Refusal(RefusalCode.VersionTaken, $"{transfer.Artifact}, transfer {holder}")
                : null;

    /// <summary>Bytes declared by uploads that run and not yet durable.</summary>
    private static long Promised(CatalogTransaction transaction) =>
        transaction.Scalar<long>(
            "SELECT COALESCE(SUM(total_bytes - staged_bytes), 0) FROM transfers WHERE state = @state",
            new { state = (int)TransferState.Uploading });

    /// <summary>What is held and promised before another transfer of a person.</summary>
    private static StagedSpace Staged(CatalogTransaction transaction, string person)
    {
        var held = transaction.QueryFirst<HeldRow>(
            """
            SELECT COUNT(*) AS Transfers, COALESCE(SUM(total_bytes), 0) AS Bytes FROM transfers
            WHERE submitter = @person AND (state < @sent OR (state = @sent AND expires > @now))
            """,
            new { person, sent = (int)TransferState.SentUnconfirmed, now = transaction.Clock.GetUtcNow().ToUnixTimeMilliseconds() })!;
        return new StagedSpace(Promised(transaction), held.Transfers, held.Bytes);
    }

    private sealed class HeldRow
    {
        public long Transfers { get; init; }

        public long Bytes { get; init; }
    }

    /// <summary>Numbers that grow by one and are durable before they are used.</summary>
    private static long NextOf(CatalogTransaction transaction, string table, string key, string value, string name)
    {
        transaction.Execute(
            $"INSERT INTO {table} ({key}, {value}) VALUES (@name, 1) ON CONFLICT ({key}) DO UPDATE SET {value} = {table}.{value} + 1",
            new { name });
        return transaction.Scalar<long>($"SELECT {value} FROM {table} WHERE {key} = @name", new { name });
    }

    private static TransferRow Row(NewTransfer transfer, DateTimeOffset now) => new()
    {
        Id = transfer.Id,
        Kind = (int)transfer.Artifact.Kind,
        Name = transfer.Artifact.FullName,
        Version = transfer.Artifact.Version,
        Class = transfer.Class,
        Destination = transfer.Destination,
        Lane = transfer.Lane,
        Submitter = transfer.Submitter,
        Purpose = transfer.Purpose,
        Priority = transfer.Priority,
        TotalBytes = transfer.TotalBytes,
        Files = transfer.Files,
        State = (int)TransferState.Uploading,
        Created = now.ToUnixTimeMilliseconds(),
        Updated = now.ToUnixTimeMilliseconds(),
        Revision = 1,
    };

    private static void Insert(CatalogTransaction transaction, TransferRow row, string foldedName, string foldedVersion) =>
        transaction.Execute(
            """
            INSERT INTO transfers (id, kind, name, version, folded_name, folded_version, class, destination, lane, submitter, purpose,
                priority, total_bytes, files, state, created, updated)
            VALUES (@Id, @Kind, @Name, @Version, @foldedName, @foldedVersion, @Class, @Destination, @Lane, @Submitter, @Purpose,
                @Priority, @TotalBytes, @Files, @State, @Created, @Updated)
            """,
            new
            {
                row.Id,
                row.Kind,
                row.Name,
                row.Version,
                foldedName,
                foldedVersion,
                row.Class,
                row.Destination,
                row.Lane,
                row.Submitter,
                row.Purpose,
                row.Priority,
                row.TotalBytes,
                row.Files,
                row.State,
                row.Created,
                row.Updated,
            });
}
