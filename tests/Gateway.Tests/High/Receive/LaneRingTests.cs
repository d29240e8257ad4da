using Gateway.High.Receive;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class LaneRingTests : IDisposable
{
    private const int Window = 10_000;
    private const int Capacity = 5 * Window + 3;

    private readonly Doorbell doorbell = new();
    private readonly LaneRing ring;

    public LaneRingTests() => ring = new(Capacity, Window, doorbell);

    public void Dispose() => doorbell.Dispose();

    [Fact]
    public async Task Aggregates_of_every_length_cross_in_order_between_two_threads()
    {
        const int count = 20_000;
        var writing = Task.Run(
            () =>
            {
                var random = new Random(1);
                for (var i = 0; i < count;)
                {
                    if (!ring.TryReserve(out var place, out var most))
                    {
                        Thread.Yield();
                        continue;
                    }

                    var end = place + Window;
                    for (var length = random.Next(3000); i < count && most > 0 && place + length <= end; most--, i++)
                    {
                        ring.Memory.AsSpan(place, length).Fill((byte)(i % 256));
                        ring.Lay(new(place, length, i));
                        place += length + random.Next(50);
                        length = random.Next(3000);
                    }

                    ring.Publish();
                }
            },
            TestContext.Current.CancellationToken);

        for (var i = 0; i < count;)
        {
            Assert.False(writing.IsFaulted);
            if (!ring.TryTake(out var aggregate))
            {
                doorbell.Wait(() => ring.IsEmpty, TimeSpan.FromSeconds(10));
                continue;
            }

            Assert.Equal(i, aggregate.SegmentBytes);
            Assert.False(ring.Memory.AsSpan(aggregate.Place, aggregate.Length).ContainsAnyExcept((byte)(i % 256)));
            ring.Release(aggregate);
            i++;
        }

        await writing;
        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public void A_full_ring_gives_no_room_until_something_is_released()
    {
        var held = 0;
        while (ring.TryReserve(out var place, out _))
        {
            ring.Lay(new(place, 9_000, 9_000));
            ring.Publish();
            held++;
        }

        Assert.InRange(held, 3, 5);
        Assert.True(ring.IsNearlyFull);
        for (; held > 0; held--)
        {
            Assert.True(ring.TryTake(out var aggregate));
            ring.Release(aggregate);
        }

        Assert.False(ring.TryTake(out _));
        Assert.False(ring.IsNearlyFull);
        Assert.True(ring.TryReserve(out _, out _));
    }

    [Fact]
    public void A_reader_that_keeps_up_is_given_the_same_memory_again()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(ring.TryReserve(out var place, out _));
            Assert.InRange(place, 0, Window + 3_000);
            ring.Lay(new(place, 3_000, i));
            ring.Publish();
            Assert.True(ring.TryTake(out var aggregate));
            Assert.Equal((place, i), (aggregate.Place, aggregate.SegmentBytes));
            ring.Release(aggregate);
        }

        Assert.True(ring.IsEmpty);
    }

    [Fact]
    public void Datagrams_without_bytes_do_not_overrun_the_reader()
    {
        var laid = 0;
        while (ring.TryReserve(out var place, out var most))
        {
            Assert.InRange(most, 1, int.MaxValue);
            ring.Lay(new(place, 0, 0));
            laid++;
        }

        ring.Publish();
        var taken = 0;
        for (; ring.TryTake(out var aggregate); taken++)
        {
            Assert.Equal(0, aggregate.Length);
            ring.Release(aggregate);
        }

        Assert.Equal(laid, taken);
    }
}
