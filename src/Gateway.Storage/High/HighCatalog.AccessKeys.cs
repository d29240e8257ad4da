using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Keys with which programs read over HTTP.</summary>
public sealed partial class HighCatalog
{
    private const string AccessKeyColumns =
        """
        id AS Id, owner AS Owner, label AS Label, scopes AS Scopes, created_ms AS Created, expires_ms AS Expires, revoked_ms AS Revoked
        """;

    /// <summary>Keeps a new key, or finds the one that the same request made before. Refuses as <see cref="RequestIds.Find"/> does.</summary>
    public Task<Outcome<AccessKeyRecord>> CreateAccessKeyAsync(AccessKeyRecord key, (string Id, Digest Body) request, CancellationToken cancellationToken) =>
        WriteAsync<Outcome<AccessKeyRecord>>(
            transaction =>
            {
                if (!RequestIds.Find(transaction, key.Owner, request.Id, request.Body).Succeeded(out var earlier, out var refusal))
                {
                    return refusal;
                }

                if (earlier.Result is { } made)
                {
                    return FindAccessKey(transaction, made) ?? throw new InvalidDataException($"The access key {made} is gone.");
                }

                RequestIds.Record(transaction, key.Owner, request.Id, request.Body, key.Id);
                transaction.Execute(
                    """
                    INSERT INTO access_keys (id, owner, label, scopes, created_ms, expires_ms, revoked_ms)
                    VALUES (@Id, @Owner, @Label, @scopes, @created, @expires, NULL)
                    """,
                    new
                    {
                        key.Id,
                        key.Owner,
                        key.Label,
                        scopes = JsonSerializer.Serialize(key.Scopes),
                        created = key.Created.ToUnixTimeMilliseconds(),
                        expires = key.Expires.ToUnixTimeMilliseconds(),
                    });
                AuditTable.Append(transaction, new AuditEntry
                {
                    Actor = key.Owner, Action = "access-key.created", Detail = $"{key.Id} {key.Label}: {string.Join(' ', key.Scopes)}, until {key.Expires:u}",
                });
                return FindAccessKey(transaction, key.Id)!;
            },
            cancellationToken);

    /// <summary>One key, or null.</summary>
    public Task<AccessKeyRecord?> FindAccessKeyAsync(string id, CancellationToken cancellationToken) =>
        ReadAsync(reader => FindAccessKey(reader, id), cancellationToken);

    /// <summary>Keys after an id, in the order of their ids.</summary>
    public Task<IReadOnlyList<AccessKeyRecord>> ListAccessKeysAsync(string after, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<AccessKeyRecord>>(
            reader =>
            [
                .. reader
                    .Query<AccessKeyRow>($"SELECT {AccessKeyColumns} FROM access_keys WHERE id > @after ORDER BY id LIMIT @count", new { after, count })
                    .Select(row => row.ToRecord()),
            ],
            cancellationToken);

    /// <summary>Takes a key back; a second time changes nothing. Refuses with <see cref="RefusalCode.AccessKeyUnknown"/>.</summary>
    public Task<Outcome<AccessKeyRecord>> RevokeAccessKeyAsync(string id, string actor, CancellationToken cancellationToken) =>
        WriteAsync<Outcome<AccessKeyRecord>>(
            transaction =>
            {
                if (FindAccessKey(transaction, id) is not { } key)
                {
                    return new Refusal(RefusalCode.AccessKeyUnknown, id);
                }

                if (key.Revoked is not null)
                {
                    return key;
                }

                transaction.Execute("UPDATE access_keys SET revoked_ms = @now WHERE id = @id", new { id, now = Now(transaction) });
                AuditTable.Append(transaction, new AuditEntry { Actor = actor, Action = "access-key.revoked", Detail = $"{id} {key.Label}" });
                return FindAccessKey(transaction, id)!;
            },
            cancellationToken);

    private static AccessKeyRecord? FindAccessKey(CatalogReader reader, string id) =>
        reader.QueryFirst<AccessKeyRow>($"SELECT {AccessKeyColumns} FROM access_keys WHERE id = @id", new { id })?.ToRecord();

    private sealed class AccessKeyRow
    {
        public string Id { get; init; } = "";

        public string Owner { get; init; } = "";

        public string Label { get; init; } = "";

        public string Scopes { get; init; } = "[]";

        public long Created { get; init; }

        public long Expires { get; init; }

        public long? Revoked { get; init; }

        public AccessKeyRecord ToRecord() => new()
        {
            Id = Id,
            Owner = Owner,
            Label = Label,
            Scopes = JsonSerializer.Deserialize<List<string>>(Scopes) ?? [],
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Created),
            Expires = DateTimeOffset.FromUnixTimeMilliseconds(Expires),
            Revoked = Revoked is { } revoked ? DateTimeOffset.FromUnixTimeMilliseconds(revoked) : null,
        };
    }
}
