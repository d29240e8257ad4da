using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class LossTargetTests
{
    private const long GigabitsPerSecond = 1_000_000_000;

    private static readonly Gen<(LossTarget Target, int DatagramBytes, long Rate)> Targets =
        from loss in Gen.Double[0, 0.1]
        from burst in Gen.Double[0, 5]
        from datagramBytes in Gen.OneOf(Gen.Const(508), Gen.Const(1472), Gen.Const(4052), Gen.Const(8972))
        from rate in Gen.OneOf(Gen.Const(GigabitsPerSecond / 100), Gen.Const(GigabitsPerSecond), Gen.Const(10 * GigabitsPerSecond), Gen.Const(25 * GigabitsPerSecond))
        select (new LossTarget(loss, TimeSpan.FromMilliseconds(burst)), datagramBytes, rate);

    [Fact]
    public void The_default_stands_one_per_cent_at_both_usual_datagram_sizes_and_4_GiB_fail_less_than_once_in_10_to_the_9()
    {
        foreach (var (datagramBytes, burst) in new[] { (1472, 82 + 44), (8972, 14 + 7) })
        {
            var geometry = Geometry(LossTarget.Default, datagramBytes, 10 * GigabitsPerSecond);
            var share = LossTarget.Share(burst, geometry.Interleave);
            var failure = SumOfTail(geometry.DataSymbols + geometry.ParitySymbols - share, geometry.ParitySymbols - share, 0.01);

            Assert.True(failure * geometry.BlocksOf(4L << 30) <= 1e-9, $"{geometry}: {failure}");
            Assert.True(geometry.DataSymbols >= 9 * geometry.ParitySymbols, geometry.ToString());
            Assert.Equal(0, geometry.Interleave % LossTarget.SuperPacketDatagrams(datagramBytes));
        }
    }

    [Fact]
    public void A_chosen_geometry_survives_the_outage_wherever_it_begins_and_random_loss_besides() =>
        Targets.Sample(
            t =>
            {
                if (!t.Target.GeometryFor(t.DatagramBytes, t.Rate).Succeeded(out var geometry, out _))
                {
                    return;
                }

                var burst = t.Target.Burst == TimeSpan.Zero
                    ? 0
                    : (int)Math.Ceiling(t.Target.Burst.TotalSeconds * t.Rate / 8 / (t.DatagramBytes + 66)) + LossTarget.SuperPacketDatagrams(t.DatagramBytes);
                var share = WorstShare(geometry, burst);
                var failure = SumOfTail(geometry.DataSymbols + geometry.ParitySymbols - share, geometry.ParitySymbols - share, t.Target.RandomLoss);

                Assert.True(share <= geometry.ParitySymbols);
                Assert.True(failure <= LossTarget.BlockFailure * 1.000001, $"{t} {geometry}: {failure}");
                Assert.True((long)geometry.BlockBytes * geometry.Interleave <= FecGeometry.MaximumGroupBytes);
            },
            iter: 200);

    [Fact]
    public void Random_loss_at_the_target_never_takes_more_than_the_parity_in_a_hundred_thousand_blocks()
    {
        var geometry = Geometry(LossTarget.Default, 1472, 10 * GigabitsPerSecond);
        var random = new Random(3);
        var worst = 0;
        for (var block = 0; block < 100_000; block++)
        {
            // Lost datagrams by the gaps between them, which are geometrically distributed.
            var lost = 0;
            for (var at = Gap(random, 0.01); at < geometry.DataSymbols + geometry.ParitySymbols; at += 1 + Gap(random, 0.01))
            {
                lost++;
            }

            worst = Math.Max(worst, lost);
        }

        Assert.InRange(worst, 6, geometry.ParitySymbols);
    }

    [Fact]
    public void More_loss_never_needs_less_parity() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 8], Gen.Double[0, 0.15], Gen.Double[0, 0.15]).Sample((k, share, one, other) =>
        {
            var (low, high) = (Math.Min(one, other), Math.Max(one, other));
            var parity = BlockParity.Least(k, share, low, atLeast: 1);
            Assert.True(parity <= BlockParity.Least(k, share, high, atLeast: 1));
            Assert.True(parity <= BlockParity.Least(k, share + 1, low, atLeast: 1));

            // Where no parity is enough, the search ends at what fits beside k: less for more of them.
            Assert.True(k + parity > FecGeometry.MaximumSymbols || parity <= BlockParity.Least(k + 1, share, low, atLeast: 1));
        });

    [Fact]
    public void The_least_parity_is_the_least() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[0, 8], Gen.Double[0.0001, 0.1]).Sample((k, share, loss) =>
        {
            var parity = BlockParity.Least(k, share, loss, atLeast: 1);
            Assert.True(k + parity > FecGeometry.MaximumSymbols || SumOfTail(k + parity - share, parity - share, loss) <= LossTarget.BlockFailure * 1.000001);
            Assert.True(parity <= Math.Max(share, 1) || SumOfTail(k + parity - 1 - share, parity - 1 - share, loss) > LossTarget.BlockFailure * 0.999999);
        });

    [Fact]
    public void A_shortened_block_gets_what_it_needs_and_never_more_than_a_full_one() =>
        Targets.Sample(
            t =>
            {
                if (!t.Target.GeometryFor(t.DatagramBytes, t.Rate).Succeeded(out var geometry, out _))
                {
                    return;
                }

                var parity = t.Target.ParityOf(geometry, t.Rate);
                Assert.Equal(geometry.ParitySymbols, parity.For(geometry.DataSymbols));
                for (var k = 2; k <= geometry.DataSymbols; k++)
                {
                    Assert.InRange(parity.For(k - 1), 1, parity.For(k));
                }
            },
            iter: 50);

    [Theory]
    [InlineData(0.02, 40, 10, "2 % random loss and an outage of ")]
    [InlineData(0, 1000, 25, "0 % random loss and an outage of ")]
    public void An_impossible_target_is_refused_with_the_nearest_that_is_possible(double loss, double milliseconds, int gigabits, string nearest)
    {
        var target = new LossTarget(loss, TimeSpan.FromMilliseconds(milliseconds));

        Assert.False(target.GeometryFor(1472, gigabits * GigabitsPerSecond).Succeeded(out _, out var refusal));
        Assert.Equal(Gateway.Core.RefusalCode.ConfigurationInvalid, refusal.Code);
        var at = refusal.Detail!.LastIndexOf(nearest, StringComparison.Ordinal);
        Assert.True(at > 0, refusal.Detail);

        var possible = double.Parse(refusal.Detail[(at + nearest.Length)..].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(new LossTarget(loss, TimeSpan.FromMilliseconds(possible)).GeometryFor(1472, gigabits * GigabitsPerSecond).Succeeded(out _, out _));
        Assert.False(new LossTarget(loss, TimeSpan.FromMilliseconds(possible + 0.2)).GeometryFor(1472, gigabits * GigabitsPerSecond).Succeeded(out _, out _));
    }

    [Theory]
    [InlineData(-0.01, 0, 1472, 1)]
    [InlineData(0.31, 0, 1472, 1)]
    [InlineData(double.NaN, 0, 1472, 1)]
    [InlineData(0.01, -1, 1472, 1)]
    [InlineData(0.01, 10_001, 1472, 1)]
    [InlineData(0.01, 0, 100, 1)]
    [InlineData(0.01, 0, 70_000, 1)]
    [InlineData(0.01, 0, 1472, 0)]
    public void What_cannot_be_asked_for_is_refused(double loss, double milliseconds, int datagramBytes, long rate)
    {
        Assert.False(new LossTarget(loss, TimeSpan.FromMilliseconds(milliseconds)).GeometryFor(datagramBytes, rate).Succeeded(out _, out var refusal));
        Assert.Equal(Gateway.Core.RefusalCode.ConfigurationInvalid, refusal.Code);
    }

    private static FecGeometry Geometry(LossTarget target, int datagramBytes, long rate)
    {
        Assert.True(target.GeometryFor(datagramBytes, rate).Succeeded(out var geometry, out _));
        return geometry;
    }

    // The most datagrams of one block in any window of the order in which a group leaves.
    private static int WorstShare(FecGeometry geometry, int burst)
    {
        var datagrams = geometry.Interleave * (geometry.DataSymbols + geometry.ParitySymbols);
        var worst = 0;
        for (var begin = 0; begin < geometry.Interleave; begin++)
        {
            var counts = new int[geometry.Interleave];
            for (var i = begin; i < Math.Min(begin + burst, datagrams); i++)
            {
                worst = Math.Max(worst, ++counts[i % geometry.Interleave]);
            }
        }

        return worst;
    }

    // The tail again, each term by itself: P[more than `most` of n].
    private static double SumOfTail(int n, int most, double p)
    {
        var sum = 0.0;
        for (var lost = most + 1; lost <= n; lost++)
        {
            var log = lost * Math.Log(p) + (n - lost) * Math.Log(1 - p);
            for (var i = 1; i <= lost; i++)
            {
                log += Math.Log((double)(n - lost + i) / i);
            }

            sum += Math.Exp(log);
        }

        return sum;
    }

    private static int Gap(Random random, double loss) => (int)Math.Min(10_000, Math.Log(1 - random.NextDouble()) / Math.Log(1 - loss));
}
