using Gateway.Low.Submit;
using Xunit;

namespace Gateway.Tests.Low.Submit;

public sealed class TransferLocksTests
{
    private readonly TransferLocks locks = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_call_stops_every_older_one_also_those_that_have_not_begun()
    {
        var first = await locks.TakeAsync("t", Cancellation);
        var second = locks.TakeAsync("t", Cancellation);
        Assert.True(first.Cancellation.IsCancellationRequested);
        var third = locks.TakeAsync("t", Cancellation);
        first.Dispose();

        using (var late = await second)
        {
            Assert.True(late.Cancellation.IsCancellationRequested);
        }

        using var newest = await third;
        Assert.False(newest.Cancellation.IsCancellationRequested);
    }

    [Fact]
    public async Task Transfers_do_not_wait_for_each_other()
    {
        using var one = await locks.TakeAsync("one", Cancellation);
        using var other = await locks.TakeAsync("other", Cancellation);
        Assert.False(one.Cancellation.IsCancellationRequested);
    }
}
