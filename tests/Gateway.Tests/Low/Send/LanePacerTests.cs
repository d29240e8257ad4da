using CsCheck;
using Gateway.Low.Send;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class LanePacerTests
{
    private const int DatagramBytes = 1472;
    private const int LineBytes = DatagramBytes + LanePacer.FramingBytes;
    private const long ThousandDatagramsPerSecond = LineBytes * 8 * 1000;

    [Fact]
    public void A_burst_is_due_when_the_line_has_carried_the_ones_before_it()
    {
        var pacer = Warm(ThousandDatagramsPerSecond, out var now);
        var first = pacer.Reserve(20, DatagramBytes, now);
        Assert.Equal(first + TimeSpan.FromMilliseconds(20), pacer.Reserve(1, DatagramBytes, now));
        Assert.Equal(first + TimeSpan.FromMilliseconds(21), pacer.Reserve(1, DatagramBytes, now));
    }

    [Fact]
    public void A_stall_is_not_made_up_for_by_a_flood()
    {
        var pacer = Warm(ThousandDatagramsPerSecond, out var now);
        now = pacer.Reserve(1, DatagramBytes, now) + TimeSpan.FromMilliseconds(90);

        var atOnce = 0;
        while (pacer.Reserve(1, DatagramBytes, now) <= now)
        {
            atOnce++;
        }

        Assert.InRange(atOnce, 10, 11);
    }

    [Fact]
    public void A_fast_lane_catches_up_no_more_than_a_receive_buffer_holds()
    {
        const long rate = 100_000_000_000;
        var pacer = Warm(rate, out var now);
        now = pacer.Reserve(1, DatagramBytes, now) + TimeSpan.FromMilliseconds(90);

        long caughtUp = 0;
        while (pacer.Reserve(40, DatagramBytes, now) <= now)
        {
            caughtUp += 40 * LineBytes;
        }

        Assert.InRange(caughtUp, LanePacer.MostCatchUpBytes - 40 * LineBytes, LanePacer.MostCatchUpBytes + 40 * LineBytes);
    }

    [Fact]
    public void A_cold_lane_begins_at_a_quarter_of_its_rate_and_is_at_all_of_it_after_the_warm_up()
    {
        var pacer = new LanePacer(ThousandDatagramsPerSecond);
        var start = pacer.Reserve(1, DatagramBytes, TimeSpan.Zero);
        Assert.Equal(4, (pacer.Reserve(1, DatagramBytes, start) - start).TotalMilliseconds, 1e-3);

        var inWarmUp = 2;
        var due = start;
        while (due < start + LanePacer.WarmUp)
        {
            due = pacer.Reserve(1, DatagramBytes, due);
            inWarmUp++;
        }

        // The mean of a quarter and the whole, of the 50 that the full rate would carry.
        Assert.InRange(inWarmUp, 28, 36);
        Assert.Equal(1, (pacer.Reserve(1, DatagramBytes, due) - pacer.Reserve(1, DatagramBytes, due)).Duration().TotalMilliseconds, 1e-3);
    }

    [Fact]
    public void A_lane_that_paused_is_cold_again() =>
        Gen.Int[101, 100_000].Sample(milliseconds =>
        {
            var pacer = Warm(ThousandDatagramsPerSecond, out var now);
            now = pacer.Reserve(1, DatagramBytes, now) + TimeSpan.FromMilliseconds(milliseconds + 1);
            Assert.Equal(now, pacer.Reserve(1, DatagramBytes, now));
            Assert.Equal(4, (pacer.Reserve(1, DatagramBytes, now) - now).TotalMilliseconds, 1e-3);
        });

    [Fact]
    public void A_burst_takes_at_most_a_millisecond_of_line() =>
        Gen.Long[64_000, 100_000_000_000].Sample(rate =>
        {
            var burst = new LanePacer(rate).BurstOf(DatagramBytes);
            Assert.True(burst == 1 || burst * LineBytes * 8.0 / rate <= 0.001);
        });

    private static LanePacer Warm(long rate, out TimeSpan now)
    {
        var pacer = new LanePacer(rate);
        now = TimeSpan.Zero;
        while (now < 2 * LanePacer.WarmUp)
        {
            now = pacer.Reserve(1, DatagramBytes, now);
        }

        return pacer;
    }
}
