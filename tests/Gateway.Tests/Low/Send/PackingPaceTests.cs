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

        // Ten doublings from the shortest pause to the longest, and one try for each longest.
        Assert.InRange(packed, 10, 16);
        Assert.False(pace.Pays);
    }

    [Fact]
    public void A_line_that_has_been_too_fast_for_long_is_believed_only_after_as_many_good_groups()
    {
        var pace = new PackingPace();
        Pauses(pace, 2 * Line, tries: 4);
        Assert.Equal(PackingPace.LeastPause * 16, Pauses(pace, 2 * Line, tries: 1));
        Pauses(pace, Line, tries: 5);
        Assert.Equal(PackingPace.LeastPause, Pauses(pace, 2 * Line, tries: 1));
    }

    /// <summary>Packs so many groups, and counts those that are not packed after the last.</summary>
    private static int Pauses(PackingPace pace, TimeSpan filling, int tries)
    {
        var pauses = 0;
        for (var tried = 0; tried < tries; tried++)
        {
            pace.Packed(filling, Line);
            for (pauses = 0; !pace.Next(); pauses++)
            {
            }
        }

        return pauses;
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
