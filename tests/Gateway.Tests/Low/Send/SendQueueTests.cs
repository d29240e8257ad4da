using Gateway.Low.Send;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class SendQueueTests : IDisposable
{
    private readonly SendQueue queue = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_lane_goes_to_the_highest_priority_and_among_equals_to_the_oldest()
    {
        using var first = await queue.EnterAsync(Cancellation);
        await first.TurnAsync(1, "0", Cancellation);
        var order = new List<string>();
        var running = new[] { (50, "c"), (90, "d"), (50, "a"), (50, "b") }.Select(async transfer =>
        {
            using var place = await queue.EnterAsync(Cancellation);
            await place.TurnAsync(transfer.Item1, transfer.Item2, Cancellation);
            order.Add(transfer.Item2);
        }).ToList();
        Assert.Equal(4, queue.Waiting);
        first.Dispose();
        await Task.WhenAll(running);
        Assert.Equal(["d", "a", "b", "c"], order);
    }

    [Fact]
    public async Task One_who_gives_up_waiting_keeps_nobody_else_from_the_lane()
    {
        var first = await queue.EnterAsync(Cancellation);
        await first.TurnAsync(1, "0", Cancellation);
        using var impatience = new CancellationTokenSource();
        using var second = await queue.EnterAsync(Cancellation);
        var abandoned = second.TurnAsync(99, "1", impatience.Token);
        using var third = await queue.EnterAsync(Cancellation);
        var waiting = third.TurnAsync(1, "2", Cancellation);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        first.Dispose();
        await waiting;
    }

    [Fact]
    public async Task A_bounded_number_wait()
    {
        var places = new List<SendQueue.Place>();
        for (var i = 0; i < SendQueue.MaximumWaiting; i++)
        {
            places.Add(await queue.EnterAsync(Cancellation));
        }

        Assert.True(queue.IsFull);
        var next = queue.EnterAsync(Cancellation);
        Assert.False(next.IsCompleted);
        places[0].Dispose();
        (await next).Dispose();
    }

    public void Dispose() => queue.Dispose();
}
