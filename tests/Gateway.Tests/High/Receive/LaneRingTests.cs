using Gateway.High.Receive;
using Xunit;

namespace Gateway.Tests.High.Receive;

public sealed class LaneRingTests
{
    private const int Capacity = 5 * LaneRing.MaximumDatagramBytes + 3;

    [Fact]
    public async Task Datagrams_of_every_length_cross_in_order_between_two_threads()
    {
        const int count = 20_000;
        using var ring = new LaneRing(Capacity);
        var writing = Task.Run(
            () =>
            {
                var random = new Random(1);
                for (var i = 0; i < count;)
                {
                    var room = ring.Reserve();
                    if (room.IsEmpty)
                    {
                        Thread.Yield();
                        continue;
                    }

                    var length = Length(random);
                    room[..length].Fill((byte)(i % 256));
                    ring.Commit(length);
                    i++;
                }
            },
            TestContext.Current.CancellationToken);

        var expected = new Random(1);
        for (var i = 0; i < count;)
        {
            Assert.False(writing.IsFaulted);
            if (!ring.TryTake(out var datagram))
            {
                ring.Wait(TimeSpan.FromSeconds(10));
                continue;
            }

            Assert.Equal(Length(expected), datagram.Length);
            Assert.False(datagram.ContainsAnyExcept((byte)(i % 256)));
            ring.Release(datagram.Length);
            i++;
        }

        await writing;
    }

    [Fact]
    public void A_full_ring_gives_no_room_until_something_is_released()
    {
        using var ring = new LaneRing(Capacity);
        var held = 0;
        while (!ring.Reserve().IsEmpty)
        {
            ring.Commit(60_000);
            held++;
        }

        Assert.InRange(held, 3, 5);
        Assert.True(ring.IsHalfFull);
        for (; held > 0; held--)
        {
            Assert.True(ring.TryTake(out var datagram));
            ring.Release(datagram.Length);
        }

        Assert.False(ring.TryTake(out _));
        Assert.False(ring.Reserve().IsEmpty);
    }

    private static int Length(Random random) => random.Next(10) == 0 ? random.Next(LaneRing.MaximumDatagramBytes) : random.Next(1500);
}
