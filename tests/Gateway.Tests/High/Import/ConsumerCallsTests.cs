using Gateway.Core;
using Gateway.Protocol.High.V1;
using Gateway.Tests.Storage.High;
using Duration = Google.Protobuf.WellKnownTypes.Duration;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.High.Import;

/// <summary>Consumers over real gRPC and mutual TLS.</summary>
public sealed class ConsumerCallsTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private ConsumerSite site = null!;
    private GrpcChannel channel = null!;
    private ConsumerService.ConsumerServiceClient consumers = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        site = await ConsumerSite.StartAsync(time);
        channel = site.Connect("cara");
        consumers = new(channel);
    }

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await site.DisposeAsync();
    }

    [Fact]
    public async Task Consumer_is_handed_what_was_and_what_comes_one_at_a_time_and_acknowledgement_is_seen_everywhere()
    {
        var first = await site.Catalog.PublishAsync(1);
        using var stream = Consume(new() { Consumer = "trainer", FromBeginning = true });
        var delivery = await NextAsync(stream);
        Assert.Equal((1, 5, TimeSpan.FromMinutes(1)), (delivery.Attempt, delivery.MaxAttempts, delivery.AckDeadline.ToTimeSpan()));
        Assert.Equal($"imports/{first}", delivery.Event.Import.Name);
        var next = NextAsync(stream);
        var second = await site.Catalog.PublishAsync(2);
        Assert.False(next.IsCompleted);
        for (var i = 0; i < 2; i++)
        {
            var import = await consumers.AcknowledgeDeliveryAsync(new() { Consumer = "trainer", Delivery = delivery.Id }, cancellationToken: Cancellation);
            Assert.Equal(["trainer"], import.AcknowledgedBy);
        }

        Assert.Equal($"imports/{second}", (await next).Event.Import.Name);
        var seen = await new ImportService.ImportServiceClient(channel).GetImportAsync(new() { Name = $"imports/{first}" }, cancellationToken: Cancellation);
        Assert.Equal(["trainer"], seen.AcknowledgedBy);
    }

    [Fact]
    public async Task Waiting_stream_gets_a_publication_as_it_happens()
    {
        using var stream = Consume(new() { Consumer = "trainer" });
        await stream.ResponseHeadersAsync.WaitAsync(Patience, Cancellation);
        var next = NextAsync(stream);
        Assert.Equal($"imports/{await site.Catalog.PublishAsync(1)}", (await next).Event.Import.Name);
    }

    [Fact]
    public async Task Process_that_dies_loses_its_import_to_another_when_the_deadline_passes()
    {
        await site.Catalog.PublishAsync(1);
        string held;
        using (var dying = Consume(new() { Consumer = "trainer", FromBeginning = true }))
        {
            held = (await NextAsync(dying)).Id;
        }

        using var other = Consume(new() { Consumer = "trainer" });
        await other.ResponseHeadersAsync.WaitAsync(Patience, Cancellation);
        var next = NextAsync(other);
        Assert.False(next.IsCompleted);
        await AdvanceUntilAsync(next);
        Assert.Equal(2, (await next).Attempt);
        Assert.NotEqual(held, (await next).Id);
        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await consumers.ExtendDeliveryAsync(new() { Consumer = "trainer", Delivery = held }, cancellationToken: Cancellation));
        Assert.Equal(RefusalCode.DeliveryExpired, CodeOf(refused));
    }

    [Fact]
    public async Task Streams_of_a_consumer_share_its_work()
    {
        var ids = new[] { await site.Catalog.PublishAsync(1), await site.Catalog.PublishAsync(2) };
        using var one = Consume(new() { Consumer = "trainer", FromBeginning = true });
        using var two = Consume(new() { Consumer = "trainer", FromBeginning = true });
        var both = new[] { await NextAsync(one), await NextAsync(two) };
        Assert.Equal(ids.Select(id => $"imports/{id}"), both.Select(delivery => delivery.Event.Import.Name).Order());
        using var more = Consume(new() { Consumer = "other", FromBeginning = true, MaxOutstanding = 2 });
        Assert.NotEqual((await NextAsync(more)).Id, (await NextAsync(more)).Id);
    }

    [Fact]
    public async Task Failed_import_becomes_a_dead_letter_and_is_delivered_again()
    {
        var id = await site.Catalog.PublishAsync(1);
        using var stream = Consume(new() { Consumer = "trainer", FromBeginning = true, Settings = new() { MaxAttempts = 2 } });
        Assert.False((await ReleaseAsync((await NextAsync(stream)).Id)).Dead);
        Assert.True((await ReleaseAsync((await NextAsync(stream)).Id)).Dead);
        var dead = await consumers.ListDeadLettersAsync(new() { Consumer = "trainer" }, cancellationToken: Cancellation);
        Assert.Equal(("exit code 3", 2, $"imports/{id}"), (dead.DeadLetters[0].Reason, dead.DeadLetters[0].Attempts, dead.DeadLetters[0].Import.Name));
        var listed = await consumers.ListConsumersAsync(new(), cancellationToken: Cancellation);
        Assert.Equal(("trainer", "cara", 1), (listed.Consumers[0].Name, listed.Consumers[0].Creator, listed.Consumers[0].Dead));

        var next = NextAsync(stream);
        await consumers.RedeliverDeadLetterAsync(new() { Consumer = "trainer", Import = $"imports/{id}" }, cancellationToken: Cancellation);
        Assert.Equal(1, (await next).Attempt);
    }

    [Fact]
    public async Task Deleting_a_consumer_is_for_its_creator_or_an_admin_and_ends_its_streams()
    {
        using var stream = Consume(new() { Consumer = "trainer" });
        await stream.ResponseHeadersAsync.WaitAsync(Patience, Cancellation);
        await WaitForConsumerAsync();
        Assert.Equal(RefusalCode.NotYours, CodeOf(await Assert.ThrowsAsync<RpcException>(() => DeleteAsync("ivo"))));
        Assert.Equal(RefusalCode.RoleMissing, CodeOf(await Assert.ThrowsAsync<RpcException>(() => DeleteAsync("eva"))));
        var next = NextAsync(stream);
        await DeleteAsync("ada");
        Assert.Equal(RefusalCode.ConsumerUnknown, CodeOf(await Assert.ThrowsAsync<RpcException>(() => next)));
    }

    [Theory]
    [InlineData("bad name", 0, 0, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 101, 0, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 0, 4, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 0, 43_201, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 0, -1, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 0, long.MaxValue, 0, RefusalCode.RequestInvalid)]
    [InlineData("trainer", 0, 60, 101, RefusalCode.RequestInvalid)]
    [InlineData("taken", 0, 60, 7, RefusalCode.ConsumerDiffers)]
    public async Task Request_that_cannot_be_served_is_refused(string name, int outstanding, long seconds, int attempts, RefusalCode code)
    {
        using var stream = Consume(new() { Consumer = "taken" });
        await stream.ResponseHeadersAsync.WaitAsync(Patience, Cancellation);
        var settings = new ConsumerSettings { MaxAttempts = attempts, AckDeadline = seconds == 0 ? null : new Duration { Seconds = seconds } };
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => NextAsync(Consume(new() { Consumer = name, MaxOutstanding = outstanding, Settings = settings })));
        Assert.Equal(code, CodeOf(refused));
    }

    [Fact]
    public async Task Only_importers_consume()
    {
        foreach (var person in new[] { "eva", "ada" })
        {
            using var foreign = site.Connect(person);
            using var stream = new ConsumerService.ConsumerServiceClient(foreign).ConsumeImports(new() { Consumer = "trainer" }, cancellationToken: Cancellation);
            Assert.Equal(RefusalCode.RoleMissing, CodeOf(await Assert.ThrowsAsync<RpcException>(() => NextAsync(stream))));
        }
    }

    private static async Task<Delivery> NextAsync(AsyncServerStreamingCall<Delivery> stream)
    {
        Assert.True(await stream.ResponseStream.MoveNext(Cancellation).WaitAsync(Patience, Cancellation));
        return stream.ResponseStream.Current;
    }

    private static RefusalCode CodeOf(RpcException refused)
    {
        var reason = refused.GetRpcStatus()?.GetDetail<Google.Rpc.ErrorInfo>()?.Reason;
        return Enum.Parse<RefusalCode>(reason!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
    }

    private AsyncServerStreamingCall<Delivery> Consume(ConsumeImportsRequest request) => consumers.ConsumeImports(request, cancellationToken: Cancellation);

    private async Task<ReleaseDeliveryResponse> ReleaseAsync(string delivery) => await consumers.ReleaseDeliveryAsync(
        new() { Consumer = "trainer", Delivery = delivery, Reason = "exit code 3" }, cancellationToken: Cancellation);

    private async Task DeleteAsync(string person)
    {
        using var own = site.Connect(person);
        await new ConsumerService.ConsumerServiceClient(own).DeleteConsumerAsync(new() { Consumer = "trainer" }, cancellationToken: Cancellation);
    }

    private async Task WaitForConsumerAsync() =>
        Assert.Single((await consumers.ListConsumersAsync(new(), cancellationToken: Cancellation)).Consumers);

    /// <summary>Lets time pass until a stream noticed: when it sets its timer cannot be seen from here.</summary>
    private async Task AdvanceUntilAsync(Task done)
    {
        for (var step = 0; step < 1_000 && !done.IsCompleted; step++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation));
        }
    }
}
