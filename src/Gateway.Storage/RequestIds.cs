using Gateway.Core;

namespace Gateway.Storage;

/// <summary>What an earlier request of the same id led to.</summary>
/// <param name="Result">Id of the resource that it made or changed; null for an id that is new.</param>
public readonly record struct EarlierRequest(string? Result);

/// <summary>Idempotency by request id (AIP-155): the same id and body lead to the same result, once.</summary>
public static class RequestIds
{
    /// <summary>How long an id is remembered: longer than a client retries, short enough that the table stays small.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>
    /// Looks an id up. Refuses one that is no UUID (<see cref="RefusalCode.RequestInvalid"/>) and one that was used with another body
    /// (<see cref="RefusalCode.RequestIdReused"/>). Ids of different actors never meet.
    /// </summary>
    /// <param name="reader">The transaction that will record the id.</param>
    /// <param name="actor">Caller's identity.</param>
    /// <param name="requestId">UUID with or without hyphens.</param>
    /// <param name="body">Digest of the request's meaning, the id itself left out.</param>
    public static Outcome<EarlierRequest> Find(CatalogReader reader, string actor, string requestId, Digest body)
    {
        if (!Guid.TryParse(requestId, out var id) || id == Guid.Empty)
        {
            return new Refusal(RefusalCode.RequestInvalid, "request_id is not a UUID");
        }

        var held = reader.QueryFirst<Row>(
            "SELECT body_sha256 AS bodySha256, result FROM request_ids WHERE actor = @actor AND request_id = @id",
            new { actor, id = id.ToString("N") });
        return held switch
        {
            null => new EarlierRequest(null),
            _ when held.BodySha256 != body.Hex => new Refusal(RefusalCode.RequestIdReused, requestId),
            _ => new EarlierRequest(held.Result),
        };
    }

    /// <summary>Records an id that <see cref="Find"/> did not know, and forgets those past <see cref="Retention"/>.</summary>
    public static void Record(CatalogTransaction transaction, string actor, string requestId, Digest body, string result)
    {
        var now = transaction.Clock.GetUtcNow();
        transaction.Execute(
            "DELETE FROM request_ids WHERE created_ms < @horizon", new { horizon = (now - Retention).ToUnixTimeMilliseconds() });
        transaction.Execute(
            """
            INSERT INTO request_ids (actor, request_id, body_sha256, result, created_ms) VALUES (@actor, @id, @body, @result, @now)
            """,
            new { actor, id = Guid.Parse(requestId).ToString("N"), body = body.Hex, result, now = now.ToUnixTimeMilliseconds() });
    }

    private sealed record Row(string BodySha256, string Result);
}
