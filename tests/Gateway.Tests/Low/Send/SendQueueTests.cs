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
        var crossing = await FillAsync(priority: 95);
        var order = new List<string>();
        var running = new[] { (50, "c"), (90, "d"), (50, "a"), (50, "b") }.Select(async transfer =>
        {
            using var place = await queue.EnterAsync(Cancellation);
            await place.TurnAsync(transfer.Item1, transfer.Item2, Cancellation);
            order.Add(transfer.Item2);
        }).ToList();
        Assert.Equal(4, queue.Waiting);
        crossing[0].Dispose();
        await Task.WhenAll(running);
        Assert.Equal(["d", "a", "b", "c"], order);
    }

    [Fact]
    public async Task One_who_gives_up_waiting_keeps_nobody_else_from_the_lane()
    {
        var crossing = await FillAsync(priority: 99);
        using var impatience = new CancellationTokenSource();
        using var second = await queue.EnterAsync(Cancellation);
        var abandoned = second.TurnAsync(99, "1", impatience.Token);
        using var third = await queue.EnterAsync(Cancellation);
        var waiting = third.TurnAsync(1, "2", Cancellation);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        crossing[0].Dispose();
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

    [Fact]
    public async Task One_that_is_more_urgent_than_all_that_cross_joins_them_up_to_a_limit()
    {
        await FillAsync(priority: 50);
        for (var priority = 51; priority < 51 + SendQueue.MaximumActive - SendQueue.MaximumShared; priority++)
        {
            await (await queue.EnterAsync(Cancellation)).TurnAsync(priority, "urgent", Cancellation);
        }

        using var place = await queue.EnterAsync(Cancellation);
        var waiting = place.TurnAsync(100, "too many", Cancellation);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, queue.Waiting);
    }

    [Theory]
    [InlineData(new[] { 50, 50, 50 }, 1, true)]
    [InlineData(new[] { 50, 50, 50, 50 }, 50, false)]
    [InlineData(new[] { 50, 50, 50, 10 }, 50, false)]
    [InlineData(new[] { 50, 50, 50, 50 }, 51, true)]
    [InlineData(new[] { 50, 50, 50, 50, 60 }, 60, false)]
    public void Who_may_cross_beside_the_others(int[] active, int priority, bool admitted) =>
        Assert.Equal(admitted, SendQueue.Admits(active, priority));

    public void Dispose() => queue.Dispose();

    private async Task<List<SendQueue.Place>> FillAsync(int priority)
    {
        var places = new List<SendQueue.Place>();
        for (var i = 0; i < SendQueue.MaximumShared; i++)
        {
            places.Add(await queue.EnterAsync(Cancellation));
            await places[^1].TurnAsync(priority, $"{i}", Cancellation);
        }

        return places;
    }
}
