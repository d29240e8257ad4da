using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Storage.High;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Storage.High;

public sealed class ConsumerCatalogTests : IAsyncLifetime
{
    private const string Trainer = "trainer";
    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private HighCatalog catalog = null!;

    public async ValueTask InitializeAsync() => catalog = await PublishedImports.OpenAsync(directory["catalog.db"], time);

    public async ValueTask DisposeAsync()
    {
        await catalog.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Consumer_begins_now_or_at_the_beginning_and_keeps_its_place_over_a_restart()
    {
        var first = await catalog.PublishAsync(1);
        await OpenAsync("late", fromBeginning: false);
        await OpenAsync("all");
        var second = await catalog.PublishAsync(2);
        Assert.Equal([first, second], await DrainAsync("all"));
        Assert.Equal([second], await DrainAsync("late"));

        await catalog.DisposeAsync();
        catalog = await PublishedImports.OpenAsync(directory["catalog.db"], time);
        Assert.Empty(await DrainAsync("all"));
        Assert.Equal([await catalog.PublishAsync(3)], await DrainAsync("all"));
    }

    [Fact]
    public async Task Only_what_the_settings_name_is_handed_out()
    {
        var settings = ConsumerSettings.Default with { Patterns = ["acme/*", "lab/s?ms"], Kind = ArtifactKind.Checkpoint, Classes = ["restricted"] };
        await OpenAsync(Trainer, settings);
        await catalog.PublishAsync(1, "acme/rows", ArtifactKind.Dataset, "restricted");
        await catalog.PublishAsync(2, "acme/llm", ArtifactKind.Checkpoint, "internal");
        var taken = await catalog.PublishAsync(3, "Acme/llm-2", ArtifactKind.Checkpoint, "restricted");
        await catalog.PublishAsync(4, "acmes/llm", ArtifactKind.Checkpoint, "restricted");
        var other = await catalog.PublishAsync(5, "lab/sums", ArtifactKind.Checkpoint, "restricted");
        Assert.Equal([taken, other], await DrainAsync(Trainer));
    }

    [Fact]
    public async Task Place_moves_past_many_events_that_concern_nobody()
    {
        await OpenAsync(Trainer, ConsumerSettings.Default with { Patterns = ["acme/*"] });
        for (var number = 1; number <= 210; number++)
        {
            await catalog.PublishAsync(number);
        }

        var last = await catalog.PublishAsync(300, "acme/rows");
        var taken = await TakeAsync(Trainer);
        Assert.Null(taken.Delivery);
        Assert.Equal(time.GetUtcNow(), taken.Wake);
        Assert.Equal([last], await DrainAsync(Trainer));
    }

    [Fact]
    public async Task Stream_holds_no_more_than_it_may_and_another_gets_the_next()
    {
        await OpenAsync(Trainer);
        var ids = new[] { await catalog.PublishAsync(1), await catalog.PublishAsync(2), await catalog.PublishAsync(3) };
        var held = (await TakeAsync(Trainer, "a")).Delivery!;
        var full = await TakeAsync(Trainer, "a");
        Assert.Null(full.Delivery);
        Assert.Equal(time.GetUtcNow().AddMinutes(1), full.Wake);
        Assert.Equal(ids[1], (await TakeAsync(Trainer, "b")).Delivery!.Event.Import.Id);
        Assert.True((await catalog.AcknowledgeDeliveryAsync(Trainer, held.Id, "cara", default)).Succeeded(out _, out _));
        Assert.Equal(ids[2], (await TakeAsync(Trainer, "a")).Delivery!.Event.Import.Id);
    }

    [Fact]
    public async Task What_runs_out_goes_to_another_and_the_first_can_only_say_that_it_is_done()
    {
        await OpenAsync(Trainer);
        var id = await catalog.PublishAsync(1);
        var first = (await TakeAsync(Trainer, "a")).Delivery!;
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null((await TakeAsync(Trainer, "b")).Delivery);
        await catalog.DisposeAsync();
        catalog = await PublishedImports.OpenAsync(directory["catalog.db"], time);
        Assert.Null(await catalog.ExtendDeliveryAsync(Trainer, first.Id, default));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Null((await TakeAsync(Trainer, "b")).Delivery);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = (await TakeAsync(Trainer, "b")).Delivery!;
        Assert.Equal((id, 2), (second.Event.Import.Id, second.Attempt));
        Assert.Equal(RefusalCode.DeliveryExpired, (await catalog.ExtendDeliveryAsync(Trainer, first.Id, default))?.Code);
        Assert.Equal(RefusalCode.DeliveryExpired, (await catalog.ReleaseDeliveryAsync(Trainer, first.Id, "late", TimeSpan.Zero, "cara", default)).Refusal?.Code);

        Assert.Equal(["trainer"], await AcknowledgeAsync(first.Id));
        Assert.Equal(["trainer"], await AcknowledgeAsync(second.Id));
        Assert.Single(await AuditAsync("import.acknowledged"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Empty(await DrainAsync(Trainer));
    }

    [Fact]
    public async Task What_was_acknowledged_by_hand_is_not_handed_out_and_what_is_handed_out_is_settled_by_it()
    {
        var (before, meanwhile) = (await catalog.PublishAsync(1), await catalog.PublishAsync(2));
        await AcknowledgeByHandAsync(before);
        await OpenAsync(Trainer);
        Assert.Equal(meanwhile, (await TakeAsync(Trainer)).Delivery!.Event.Import.Id);
        await AcknowledgeByHandAsync(meanwhile);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Null((await TakeAsync(Trainer)).Delivery);
        Assert.Equal((0, 0, 0), Counts(Assert.Single(await catalog.ListConsumersAsync("", 10, default))));
    }

    [Fact]
    public async Task Released_import_waits_is_given_up_and_is_delivered_again_on_request()
    {
        await OpenAsync(Trainer, ConsumerSettings.Default with { MaximumAttempts = 2 });
        var id = await catalog.PublishAsync(1);
        var first = (await TakeAsync(Trainer)).Delivery!;
        Assert.False(await ReleaseAsync(first.Id, "exit code 3", TimeSpan.FromMinutes(5)));
        var waiting = await TakeAsync(Trainer);
        Assert.Null(waiting.Delivery);
        Assert.Equal(time.GetUtcNow().AddMinutes(5), waiting.Wake);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await ReleaseAsync((await TakeAsync(Trainer)).Delivery!.Id, "exit code 4", TimeSpan.Zero));
        var dead = Assert.Single(await DeadAsync());
        Assert.Equal((id, 2, "exit code 4"), (dead.Import.Id, dead.Attempts, dead.Reason));
        Assert.Null((await TakeAsync(Trainer)).Delivery);

        Assert.Null(await catalog.RedeliverAsync(Trainer, id, "cara", default));
        Assert.Equal(RefusalCode.ImportUnknown, (await catalog.RedeliverAsync(Trainer, id, "cara", default))?.Code);
        var again = (await TakeAsync(Trainer)).Delivery!;
        Assert.Equal(1, again.Attempt);
        Assert.Equal(RefusalCode.DeliveryExpired, (await catalog.ReleaseDeliveryAsync(Trainer, first.Id, "late", TimeSpan.Zero, "cara", default)).Refusal?.Code);
        Assert.Equal(["trainer"], await AcknowledgeAsync(again.Id));
        Assert.Empty(await DeadAsync());
        Assert.Equal(3, (await AuditAsync("delivery.handed-out")).Count);
        Assert.Single(await AuditAsync("delivery.released"));
        Assert.Single(await AuditAsync("delivery.given-up"));
        Assert.Single(await AuditAsync("delivery.redelivered"));
    }

    [Fact]
    public async Task Last_attempt_that_runs_out_is_a_dead_letter_though_nobody_says_so()
    {
        await OpenAsync(Trainer, ConsumerSettings.Default with { MaximumAttempts = 1 });
        await catalog.PublishAsync(1);
        var taken = (await TakeAsync(Trainer)).Delivery!;
        Assert.Empty(await DeadAsync());
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("the deadline passed", Assert.Single(await DeadAsync()).Reason);
        Assert.Equal(["trainer"], await AcknowledgeAsync(taken.Id));
        Assert.Empty(await DeadAsync());
    }

    [Fact]
    public async Task Only_its_creator_or_an_admin_deletes_a_consumer_and_what_it_acknowledged_stays()
    {
        await OpenAsync(Trainer);
        await catalog.PublishAsync(1);
        var id = (await TakeAsync(Trainer)).Delivery!.Id;
        await AcknowledgeAsync(id);
        await catalog.PublishAsync(2);
        var open = (await TakeAsync(Trainer)).Delivery!.Id;
        Assert.Equal(RefusalCode.NotYours, (await catalog.DeleteConsumerAsync(Trainer, "ivo", any: false, default))?.Code);
        var changed = catalog.DeliveriesChanged(Trainer).Next;
        Assert.Null(await catalog.DeleteConsumerAsync(Trainer, "cara", any: false, default));
        Assert.True(changed.IsCompleted);
        Assert.Equal(RefusalCode.ConsumerUnknown, (await catalog.DeleteConsumerAsync(Trainer, "ada", any: true, default))?.Code);
        Assert.Equal(RefusalCode.ConsumerUnknown, (await catalog.AcknowledgeDeliveryAsync(Trainer, open, "cara", default)).Refusal?.Code);

        time.Advance(TimeSpan.FromSeconds(1));
        await OpenAsync(Trainer);
        Assert.Equal($"{2:x32}", Assert.Single(await DrainAsync(Trainer)));
        Assert.Equal(RefusalCode.DeliveryExpired, (await catalog.AcknowledgeDeliveryAsync(Trainer, open, "cara", default)).Refusal?.Code);
        Assert.Equal(2, (await AuditAsync("consumer.created")).Count);
        Assert.Single(await AuditAsync("consumer.deleted"));
    }

    [Fact]
    public async Task Consumer_is_shared_under_equal_settings_and_consumers_are_limited()
    {
        await OpenAsync(Trainer, ConsumerSettings.Default with { Patterns = ["a/b"] });
        Assert.Equal(["a/b"], (await OpenAsync(Trainer)).Settings.Patterns);
        await OpenAsync(Trainer, ConsumerSettings.Default with { Patterns = ["a/b"] });
        var differs = await catalog.OpenConsumerAsync(Trainer, ConsumerSettings.Default, true, "cara", default);
        Assert.Equal(RefusalCode.ConsumerDiffers, differs.Refusal?.Code);

        await catalog.WriteAsync(
            transaction => transaction.Execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < @most)
                INSERT INTO consumers (name, settings, creator, created_ms, cursor) SELECT 'c' || i, @text, 'cara', 0, 0 FROM n
                """,
                new { most = HighCatalog.MaximumConsumers, text = ConsumerSettings.Default.ToText() }),
            default);
        var full = await catalog.OpenConsumerAsync("one-more", null, true, "cara", default);
        Assert.Equal(RefusalCode.TooManyConsumers, full.Refusal?.Code);
        Assert.Equal("a/b", Assert.Single((await OpenAsync(Trainer)).Settings.Patterns));
    }

    [Theory]
    [InlineData("lab")]
    [InlineData("lab/")]
    [InlineData("a/b/c")]
    [InlineData("lab/{x}")]
    public void Pattern_that_is_no_name_is_refused(string pattern) =>
        Assert.Equal(RefusalCode.RequestInvalid, (ConsumerSettings.Default with { Patterns = [pattern] }).Check().Refusal?.Code);

    private static (long, long, long) Counts(ConsumerRecord consumer) => (consumer.Waiting, consumer.Outstanding, consumer.Dead);

    private async Task<ConsumerRecord> OpenAsync(string name, ConsumerSettings? settings = null, bool fromBeginning = true) =>
        Value(await catalog.OpenConsumerAsync(name, settings, fromBeginning, "cara", default));

    private async Task<TakenDelivery> TakeAsync(string consumer, string stream = "stream") =>
        Value(await catalog.TakeDeliveryAsync(consumer, stream, 1, "cara", default));

    private async Task<IReadOnlyList<string>> AcknowledgeAsync(string delivery) =>
        Value(await catalog.AcknowledgeDeliveryAsync(Trainer, delivery, "cara", default)).AcknowledgedBy;

    private async Task<bool> ReleaseAsync(string delivery, string reason, TimeSpan pause) =>
        Value(await catalog.ReleaseDeliveryAsync(Trainer, delivery, reason, pause, "cara", default));

    private async Task<DeadLetterRecord[]> DeadAsync() => Value(await catalog.ListDeadLettersAsync(Trainer, 0, 10, default));

    private async Task AcknowledgeByHandAsync(string id) =>
        Assert.Contains(Trainer, Value(await catalog.AcknowledgeAsync(id, Trainer, (Guid.NewGuid().ToString(), Digest.Of("x"u8)), "cara", default)).AcknowledgedBy);

    /// <summary>Takes and acknowledges what there is now; the ids in order.</summary>
    private async Task<List<string>> DrainAsync(string consumer)
    {
        var ids = new List<string>();
        while (true)
        {
            var taken = await TakeAsync(consumer);
            if (taken.Delivery is { } delivery)
            {
                ids.Add(delivery.Event.Import.Id);
                Value(await catalog.AcknowledgeDeliveryAsync(consumer, delivery.Id, "cara", default));
            }
            else if (taken.Wake != time.GetUtcNow())
            {
                return ids;
            }
        }
    }

    private async Task<IReadOnlyList<string>> AuditAsync(string action) =>
        [.. (await catalog.ListAuditAsync(0, 10_000, default)).Where(record => record.Entry.Action == action).Select(record => record.Entry.Detail)];

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());
}
