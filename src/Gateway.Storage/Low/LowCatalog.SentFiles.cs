using System.Globalization;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.Low;

/// <summary>Which files were sent where, so that they need not cross again.</summary>
public sealed partial class LowCatalog
{
    /// <summary>Rows of one transaction, so that a manifest of many files does not keep others waiting.</summary>
    private const int FilesPerTransaction = 10_000;

    /// <summary>Digests of one question: SQLite takes 32,766 parameters.</summary>
    private const int DigestsPerQuestion = 5_000;

    /// <summary>Records files that were sent to an enclave now, and forgets those that were sent before a time.</summary>
    public async Task RecordSentAsync(string destination, IEnumerable<Digest> files, DateTimeOffset forgetBefore, CancellationToken cancellation)
    {
        foreach (var some in files.Chunk(FilesPerTransaction))
        {
            await WriteAsync(
                transaction =>
                {
                    var sent = transaction.Clock.GetUtcNow().ToUnixTimeMilliseconds();
                    transaction.Execute(
                        """
                        INSERT INTO sent_files (destination, sha256, sent) VALUES (@destination, @sha256, @sent)
                        ON CONFLICT (destination, sha256) DO UPDATE SET sent = excluded.sent
                        """,
                        some.Select(digest => new { destination, sha256 = Convert.FromHexString(digest.Hex), sent }));
                },
                cancellation);
        }

        await WriteAsync(
            transaction => transaction.Execute("DELETE FROM sent_files WHERE sent < @before", new { before = forgetBefore.ToUnixTimeMilliseconds() }), cancellation);
    }

    /// <summary>Those of some files that were sent to an enclave since a time.</summary>
    public async Task<IReadOnlySet<Digest>> FindSentAsync(string destination, IEnumerable<Digest> files, DateTimeOffset since, CancellationToken cancellation)
    {
        var sent = new HashSet<Digest>();
        foreach (var some in files.Chunk(DigestsPerQuestion))
        {
            sent.UnionWith(await ReadAsync(
                reader => reader
                    .Query<byte[]>(
                        "SELECT sha256 FROM sent_files WHERE destination = @destination AND sha256 IN @digests AND sent >= @since",
                        new { destination, digests = some.Select(digest => Convert.FromHexString(digest.Hex)), since = since.ToUnixTimeMilliseconds() })
                    .Select(hash => Digest.FromHash(hash)),
                cancellation));
        }

        return sent;
    }

    /// <summary>Sends a transfer without some of its blocks, which lie in files that were sent before. Refuses with <see cref="RefusalCode.StateWrong"/> where a session of it has begun.</summary>
    /// <param name="id">The transfer.</param>
    /// <param name="rest">The blocks to send; null for all.</param>
    /// <param name="sparedBytes">Bytes of the others.</param>
    /// <param name="cancellation">Cancels.</param>
    public Task<Outcome<TransferRecord>> SpareAsync(string id, TransferBlocks? rest, long sparedBytes, CancellationToken cancellation) =>
        ChangeAsync(
            id,
            (transaction, record) =>
            {
                if (record.State != TransferState.Sending || record.Session > 0)
                {
                    return new Refusal(RefusalCode.StateWrong, record.State.Word());
                }

                SetRepair(transaction, id, rest);
                if (rest is null)
                {
                    return Set(transaction, id, "spared_bytes = 0", new { id });
                }

                Audit(
                    transaction, AuditEntry.Service, id, "transfer.spared", record.State, null,
                    string.Create(CultureInfo.InvariantCulture, $"{sparedBytes} of {record.TotalBytes} bytes lie in files that were sent to {record.Destination} before"));
                return Set(transaction, id, "spared_bytes = @sparedBytes", new { id, sparedBytes });
            },
            cancellation);
}
