using Gateway.Core;
using Gateway.Storage;
using Xunit;

namespace Gateway.Tests.Storage;

public sealed class SpaceBudgetTests
{
    private long free = 1000;

    [Fact]
    public void New_work_is_refused_before_it_takes_what_running_work_needs()
    {
        var budget = new SpaceBudget(() => free, reserveBytes: 100);
        Assert.True(budget.Reserve(600).Succeeded(out var first, out _));
        Assert.False(budget.Reserve(301).Succeeded(out _, out var refusal));
        Assert.Equal(RefusalCode.StorageFull, refusal.Code);
        Assert.Equal("needs 301 bytes, 300 can be promised", refusal.Detail);

        // Written bytes leave the promise and the free space alike.
        free -= 600;
        first.Use(600);
        Assert.Equal(0, budget.PromisedBytes);
        Assert.True(budget.Reserve(300).Succeeded(out _, out _));
    }

    [Fact]
    public void What_is_not_used_goes_back_once()
    {
        var budget = new SpaceBudget(() => free, reserveBytes: 0);
        Assert.True(budget.Reserve(1000).Succeeded(out var reservation, out _));
        reservation.Use(400);
        Assert.Equal(600, reservation.RemainingBytes);
        reservation.Dispose();
        reservation.Dispose();
        reservation.Use(1);
        Assert.Equal(0, budget.PromisedBytes);
    }

    [Fact]
    public void Work_found_after_a_restart_keeps_its_promise_even_on_a_full_disk()
    {
        free = 0;
        var budget = new SpaceBudget(() => free, reserveBytes: 100);
        using var reinstated = budget.Reinstate(500);
        Assert.Equal(500, budget.PromisedBytes);
        Assert.False(budget.Reserve(1).Succeeded(out _, out _));
    }
}
