using CsCheck;
using Gateway.Low.Send;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class LanePacerTests
{
    private const int DatagramBytes = 1472;
    private const int LineBytes = DatagramBytes + LanePacer.FramingBytes;

    [Fact]
    public async Task A_burst_waits_until_the_line_has_carried_the_ones_before_it()
    {
        var clock = new FakeTimeProvider();
        var pacer = new LanePacer(LineBytes * 8 * 1000, clock);
        await pacer.WaitAsync(CancellationToken.None);
        pacer.Sent(20, 20 * DatagramBytes);

        var waiting = pacer.WaitAsync(CancellationToken.None).AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    [Fact]
    public async Task A_long_stall_is_not_made_up_for_by_a_flood()
    {
        var clock = new FakeTimeProvider();
        var pacer = new LanePacer(LineBytes * 8 * 1000, clock);
        clock.Advance(TimeSpan.FromHours(1));

        var atOnce = 0;
        for (var waited = false; !waited; atOnce++)
        {
            var waiting = pacer.WaitAsync(CancellationToken.None).AsTask();
            waited = !waiting.IsCompleted;
            pacer.Sent(1, DatagramBytes);
        }

        Assert.InRange(atOnce, 10, 13);
    }

    [Fact]
    public void A_burst_takes_at_most_a_millisecond_of_line() =>
        Gen.Long[64_000, 100_000_000_000].Sample(rate =>
        {
            var burst = new LanePacer(rate, new FakeTimeProvider()).BurstOf(DatagramBytes);
            Assert.True(burst == 1 || burst * LineBytes * 8.0 / rate <= 0.001);
        });
}
