using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>How far published versions have been hashed again.</summary>
public sealed partial class HighCatalog
{
    private const string RunColumns =
        "number AS Number, due_ms AS Due, began_ms AS Began, ended_ms AS Ended, versions AS Versions, bytes AS Bytes, rotten AS Rotten";

    /// <summary>
    /// The version that was hashed longest ago, of those that are due: by the interval, or because a run was asked for. Begins a run where something is due and ends
    /// it where nothing is any more; null then.
    /// </summary>
    public Task<ScrubTurn?> NextToScrubAsync(TimeSpan interval, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                var run = LastRun(transaction);
                var open = run is { Ended: null };
                var due = Math.Max(open ? run!.Due : 0, (transaction.Clock.GetUtcNow() - interval).ToUnixTimeMilliseconds());
                var number = open ? run!.Number : (run?.Number ?? 0) + 1;
                var next = transaction.QueryFirst<DueRow>(
                    """
                    SELECT imports.id AS Id, COALESCE(next_file, 0) AS NextFile FROM imports
                    JOIN consumed ON consumed.transfer_id = imports.id LEFT JOIN scrubs ON import_id = imports.id
                    WHERE state = 4 AND COALESCE(finished_ms, time_ms) <= @due AND COALESCE(run, 0) <> @number
                    ORDER BY COALESCE(finished_ms, time_ms), position LIMIT 1
                    """,
                    new { due, number });
                if (next is not null)
                {
                    if (!open)
                    {
                        BeginRun(transaction, number, due);
                    }

                    return new ScrubTurn(number, Find(transaction, next.Id)!, next.NextFile);
                }

                if (open)
                {
                    transaction.Execute("UPDATE scrub_runs SET ended_ms = @now WHERE number = @number", new { number, now = Now(transaction) });
                    AuditTable.Append(transaction, new AuditEntry
                    {
                        Actor = AuditEntry.Service,
                        Action = "scrub.ended",
                        Detail = string.Create(CultureInfo.InvariantCulture, $"{run!.Versions} versions, {run.Bytes} bytes, {run.Rotten} rotten files"),
                    });
                }

                return null;
            },
            cancellationToken);

    /// <summary>Makes everything that is published due.</summary>
    public Task RequestScrubAsync(string actor, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                var run = LastRun(transaction);
                if (run is { Ended: null })
                {
                    transaction.Execute("UPDATE scrub_runs SET due_ms = @now WHERE number = @Number", new { run.Number, now = Now(transaction) });
                }
                else
                {
                    BeginRun(transaction, (run?.Number ?? 0) + 1, Now(transaction));
                }

                AuditTable.Append(transaction, new AuditEntry { Actor = actor, Action = "scrub.requested" });
            },
            cancellationToken);

    /// <summary>Makes the published versions that have a file due before all others: another that shared it found it rotten. Says how many there are.</summary>
    public Task<int> SuspectAsync(Digest file, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction => transaction.Execute(
                """
                INSERT INTO scrubs (import_id, finished_ms, run, next_file)
                SELECT import_id, 0, 0, 0 FROM published_files JOIN imports ON id = import_id WHERE sha256 = @sha256 AND state = @published
                ON CONFLICT (import_id) DO UPDATE SET finished_ms = 0, run = 0, next_file = 0
                """,
                new { sha256 = Convert.FromHexString(file.Hex), published = (int)ImportState.Published }),
            cancellationToken);

    /// <summary>Records how far a version has been hashed: a restart goes on there.</summary>
    /// <param name="turn">The version.</param>
    /// <param name="nextFile">The first file that is not hashed; null where all are.</param>
    /// <param name="bytes">Bytes since the record before.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task RecordScrubAsync(ScrubTurn turn, int? nextFile, long bytes, CancellationToken cancellationToken) =>
        WriteAsync(
            transaction =>
            {
                var parameters = new { id = turn.Import.Id, number = turn.Run, next = nextFile ?? 0, bytes, ended = nextFile is null ? 1 : 0, now = Now(transaction) };
                transaction.Execute(
                    """
                    INSERT INTO scrubs (import_id, finished_ms, run, next_file) SELECT @id, time_ms, 0, 0 FROM consumed WHERE transfer_id = @id
                    ON CONFLICT (import_id) DO NOTHING
                    """,
                    parameters);
                transaction.Execute("UPDATE scrubs SET next_file = @next WHERE import_id = @id", parameters);
                transaction.Execute("UPDATE scrubs SET finished_ms = @now, run = @number WHERE import_id = @id AND @ended = 1", parameters);
                transaction.Execute("UPDATE scrub_runs SET bytes = bytes + @bytes, versions = versions + @ended WHERE number = @number", parameters);
            },
            cancellationToken);

    /// <summary>The run that goes on, or the last one; null where there was none.</summary>
    public Task<ScrubRun?> FindScrubRunAsync(CancellationToken cancellationToken) =>
        ReadAsync(
            reader => LastRun(reader) is { } run
                ? new ScrubRun
                {
                    Number = run.Number,
                    Began = DateTimeOffset.FromUnixTimeMilliseconds(run.Began),
                    Ended = run.Ended is { } ended ? DateTimeOffset.FromUnixTimeMilliseconds(ended) : null,
                    Versions = run.Versions,
                    Bytes = run.Bytes,
                    Rotten = run.Rotten,
                }
                : null,
            cancellationToken);

    private static RunRow? LastRun(CatalogReader reader) =>
        reader.QueryFirst<RunRow>($"SELECT {RunColumns} FROM scrub_runs ORDER BY number DESC LIMIT 1");

    private static void BeginRun(CatalogTransaction transaction, long number, long due) =>
        transaction.Execute(
            "INSERT INTO scrub_runs (number, due_ms, began_ms, versions, bytes, rotten) VALUES (@number, @due, @now, 0, 0, 0)",
            new { number, due, now = Now(transaction) });

    private sealed class DueRow
    {
        public string Id { get; init; } = "";

        public int NextFile { get; init; }
    }

    private sealed class RunRow
    {
        public long Number { get; init; }

        public long Due { get; init; }

        public long Began { get; init; }

        public long? Ended { get; init; }

        public long Versions { get; init; }

        public long Bytes { get; init; }

        public long Rotten { get; init; }
    }
}
