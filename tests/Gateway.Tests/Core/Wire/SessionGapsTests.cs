using CsCheck;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Wire;

public sealed class SessionGapsTests
{
    [Fact]
    public void What_was_before_the_first_number_heard_is_unknown_and_not_missing()
    {
        var gaps = new SessionGaps();
        gaps.Arrive(41);
        Assert.Empty(gaps.Missing());
        gaps.Announce(44);
        Assert.Equal([42UL, 43UL, 44UL], gaps.Missing());
        gaps.Arrive(43);
        Assert.Equal([42UL, 44UL], gaps.Missing());
    }

    [Fact]
    public void A_heartbeat_before_any_session_announces_none()
    {
        var gaps = new SessionGaps();
        gaps.Announce(0);
        Assert.Empty(gaps.Missing());
        gaps.Arrive(1);
        Assert.Empty(gaps.Missing());
    }

    [Fact]
    public void Missing_is_what_was_passed_over_and_did_not_arrive() =>
        Gen.Select(Gen.Int[1, 60].Array[1, 40], Gen.Bool.Array[40]).Sample((numbers, arrives) =>
        {
            var gaps = new SessionGaps();
            var heard = new HashSet<ulong>();
            for (var i = 0; i < numbers.Length; i++)
            {
                if (arrives[i])
                {
                    gaps.Arrive((ulong)numbers[i]);
                    heard.Add((ulong)numbers[i]);
                }
                else
                {
                    gaps.Announce((ulong)numbers[i]);
                }
            }

            var all = Enumerable.Range(numbers[0], numbers.Max() - numbers[0] + 1).Select(n => (ulong)n);
            Assert.Equal(all.Except(heard), gaps.Missing());
            Assert.Equal((ulong)numbers.Max(), gaps.Newest);
        });

    [Fact]
    public void The_largest_number_costs_no_memory_and_lists_the_oldest_thousand()
    {
        var gaps = new SessionGaps();
        gaps.Confirm(1, []);
        gaps.Confirm(ulong.MaxValue, []);
        Assert.Equal(Enumerable.Range(2, SessionGaps.MaximumListed).Select(n => (ulong)n), gaps.Missing());
        Assert.Equal(ulong.MaxValue, gaps.Newest);
    }

    [Fact]
    public void A_number_that_nobody_vouches_for_advances_only_so_far()
    {
        var gaps = new SessionGaps();
        gaps.Arrive(1);
        gaps.Announce(ulong.MaxValue);
        Assert.Equal(1 + SessionGaps.MaximumAdvance, gaps.Newest);
        gaps.Arrive(ulong.MaxValue);
        Assert.Equal(1 + 2 * SessionGaps.MaximumAdvance, gaps.Newest);
    }

    [Fact]
    public void A_session_that_was_believed_takes_back_what_was_forged_far_beyond_it()
    {
        var gaps = new SessionGaps();
        gaps.Announce(ulong.MaxValue);
        gaps.Arrive(5);
        gaps.Confirm(5, []);
        Assert.Equal(5UL, gaps.Newest);
        gaps.Announce(7);
        Assert.Equal([6UL, 7UL], gaps.Missing());
    }

    [Fact]
    public void A_session_that_was_believed_closes_the_gaps_of_those_that_it_stands_for_and_no_others()
    {
        var gaps = new SessionGaps();
        gaps.Confirm(1, []);
        gaps.Announce(9);
        gaps.Arrive(10);
        Assert.Equal([2UL, 3UL, 4UL, 5UL, 6UL, 7UL, 8UL, 9UL], gaps.Missing());
        gaps.Confirm(10, [new(1, 2), new(4, 5), new(8, 8)]);
        Assert.Equal([3UL, 6UL, 7UL, 9UL], gaps.Missing());
    }

    [Fact]
    public void Missing_is_what_no_session_stands_for() =>
        Gen.Select(Gen.Int[1, 60].Array[1, 20], Gen.Int[1, 60].Array[0, 30]).Sample((numbers, earlier) =>
        {
            var gaps = new SessionGaps();
            gaps.Confirm(1, []);
            foreach (var number in numbers)
            {
                gaps.Announce((ulong)number);
            }

            gaps.Confirm(61, SessionRange.Of(earlier.Select(n => (ulong)n)));
            Assert.Equal(Enumerable.Range(2, 59).Except(earlier).Select(n => (ulong)n), gaps.Missing());
            Assert.Equal(61UL, gaps.Newest);
        });
}
