using System.Collections.Concurrent;
using Gateway.Core;
using Gateway.Core.Ledger;

namespace Gateway.Storage.High;

/// <summary>Consumers: who reads what is published, and how far each has come.</summary>
public sealed partial class HighCatalog
{
    /// <summary>Most consumers: each looks at every publication.</summary>
    public const int MaximumConsumers = 1_000;

    private const string ConsumerColumns = "name AS Name, settings AS Settings, creator AS Creator, created_ms AS Created, cursor AS Cursor";

    private readonly ConcurrentDictionary<string, ImportSignal> deliveriesChanged = new(StringComparer.Ordinal);

    /// <summary>Raised where what a consumer can be handed changed, except by a publication or by time.</summary>
    /// <param name="consumer">One that is there: signals are as many as consumers.</param>
    public ImportSignal DeliveriesChanged(string consumer) => deliveriesChanged.GetOrAdd(consumer, _ => new());

    /// <summary>
    /// The consumer of a name, made where it is new. Refuses with <see cref="RefusalCode.ConsumerDiffers"/> where it has other settings, or with
    /// <see cref="RefusalCode.TooManyConsumers"/>.
    /// </summary>
    /// <param name="name">A valid name.</param>
    /// <param name="settings">Checked settings; null takes those that it has, or the defaults.</param>
    /// <param name="fromBeginning">A new one begins with what is already published.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Outcome<ConsumerRecord>> OpenConsumerAsync(
        string name, ConsumerSettings? settings, bool fromBeginning, string actor, CancellationToken cancellationToken) =>
        WriteAsync<Outcome<ConsumerRecord>>(
            transaction =>
            {
                if (FindConsumer(transaction, name) is { } held)
                {
                    return settings is null || settings.ToText() == held.Settings.ToText() ? held : new Refusal(RefusalCode.ConsumerDiffers, name);
                }

                if (transaction.Scalar<long>("SELECT COUNT(*) FROM consumers") >= MaximumConsumers)
                {
                    return new Refusal(RefusalCode.TooManyConsumers, $"at most {MaximumConsumers}");
                }

                var text = (settings ?? ConsumerSettings.Default).ToText();
                var cursor = fromBeginning ? 0 : LastEvent(transaction);
                transaction.Execute(
                    "INSERT INTO consumers (name, settings, creator, created_ms, cursor) VALUES (@name, @text, @actor, @now, @cursor)",
                    new { name, text, actor, now = Now(transaction), cursor });
                AuditTable.Append(transaction, new AuditEntry { Actor = actor, Action = "consumer.created", Detail = $"{name} after event {cursor}: {text}" });
                return FindConsumer(transaction, name)!;
            },
            cancellationToken);

    /// <summary>Consumers after a name, in the order of their names, with how much they have to do.</summary>
    public Task<IReadOnlyList<ConsumerRecord>> ListConsumersAsync(string after, int count, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<ConsumerRecord>>(
            reader =>
            [
                .. reader.Query<ConsumerRow>(
                    $"""
                    SELECT {ConsumerColumns},
                        (SELECT COUNT(*) FROM deliveries WHERE consumer = name AND state = {(int)DeliveryState.Waiting}) AS Waiting,
                        (SELECT COUNT(*) FROM deliveries WHERE consumer = name AND state = {(int)DeliveryState.Outstanding}) AS Outstanding,
                        (SELECT COUNT(*) FROM deliveries WHERE consumer = name AND state = {(int)DeliveryState.Dead}) AS Dead
                    FROM consumers WHERE name > @after ORDER BY name LIMIT @count
                    """,
                    new { after, count }).Select(row => row.ToRecord()),
            ],
            cancellationToken);

    /// <summary>
    /// Deletes a consumer; what it acknowledged stays acknowledged. Refuses with <see cref="RefusalCode.ConsumerUnknown"/>, or with
    /// <see cref="RefusalCode.NotYours"/> unless the actor made it or may delete any.
    /// </summary>
    public async Task<Refusal?> DeleteConsumerAsync(string name, string actor, bool any, CancellationToken cancellationToken)
    {
        var refused = await WriteAsync<Refusal?>(
            transaction =>
            {
                if (FindConsumer(transaction, name) is not { } held)
                {
                    return new Refusal(RefusalCode.ConsumerUnknown, name);
                }

                if (!any && held.Creator != actor)
                {
                    return new Refusal(RefusalCode.NotYours, $"{name} is {held.Creator}'s");
                }

                var open = transaction.Execute("DELETE FROM deliveries WHERE consumer = @name", new { name });
                transaction.Execute("DELETE FROM consumers WHERE name = @name", new { name });
                AuditTable.Append(
                    transaction, new AuditEntry { Actor = actor, Action = "consumer.deleted", Detail = $"{name} after event {held.Cursor}, {open} deliveries open" });
                return null;
            },
            cancellationToken);
        if (refused is null && deliveriesChanged.TryRemove(name, out var changed))
        {
            changed.Raise();
        }

        return refused;
    }

    private static ConsumerRecord? FindConsumer(CatalogReader reader, string name) =>
        reader.QueryFirst<ConsumerRow>($"SELECT {ConsumerColumns} FROM consumers WHERE name = @name", new { name })?.ToRecord();

    private sealed class ConsumerRow
    {
        public string Name { get; init; } = "";

        public string Settings { get; init; } = "";

        public string Creator { get; init; } = "";

        public long Created { get; init; }

        public long Cursor { get; init; }

        public long Waiting { get; init; }

        public long Outstanding { get; init; }

        public long Dead { get; init; }

        public ConsumerRecord ToRecord() => new()
        {
            Name = Name,
            Settings = ConsumerSettings.Read(Settings),
            Creator = Creator,
            Created = DateTimeOffset.FromUnixTimeMilliseconds(Created),
            Cursor = Cursor,
            Waiting = Waiting,
            Outstanding = Outstanding,
            Dead = Dead,
        };
    }
}
