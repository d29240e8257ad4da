using Gateway.Low.Send;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class PackingPaceTests
{
    private static readonly TimeSpan Line = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void A_line_that_is_slower_than_packing_is_packed_for_always()
    {
        var pace = new PackingPace();
        for (var group = 0; group < 1000; group++)
        {
            Assert.True(pace.Next());
            pace.Packed(Line, Line);
        }
    }

    [Fact]
    public void A_line_that_is_faster_than_packing_is_tried_less_and_less_often()
    {
        var pace = new PackingPace();
        var packed = 0;
        for (var group = 0; group < 20_000; group++)
        {
            if (pace.Next())
            {
                packed++;
                pace.Packed(2 * Line, Line);
            }
        }

        Assert.InRange(packed, 5, 12);
        Assert.False(pace.Pays);
    }

    [Fact]
    public void One_slow_group_stops_packing_for_a_while_only()
    {
        var pace = new PackingPace();
        Assert.True(pace.Next());
        pace.Packed(2 * Line, Line);
        for (var group = 0; group < PackingPace.LeastPause; group++)
        {
            Assert.False(pace.Next());
        }

        Assert.True(pace.Next());
        pace.Packed(Line / 2, Line);
        Assert.True(pace.Next() && pace.Pays);
    }
}
