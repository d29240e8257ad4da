using CsCheck;
using Gateway.Low.Send;
using Xunit;

namespace Gateway.Tests.Low.Send;

public sealed class LaneScheduleTests
{
    private const int GroupBytes = 8 << 20;

    [Fact]
    public void Each_gets_the_line_in_proportion_to_its_weight() =>
        Gen.Int[0, 100].Array[2, 8].Sample(priorities =>
        {
            var schedule = new LaneSchedule<Sender>();
            var senders = priorities.Select(priority => Join(schedule, priority)).ToList();
            const int turns = 20_000;
            for (var turn = 0; turn < turns; turn++)
            {
                Take(schedule);
            }

            var weights = senders.Sum(sender => LaneSchedule<Sender>.WeightOf(sender.Priority));
            Assert.All(senders, sender =>
            {
                var fair = turns * LaneSchedule<Sender>.WeightOf(sender.Priority) / weights;
                Assert.InRange(sender.Turns, fair - senders.Count, fair + senders.Count);
            });
        });

    [Fact]
    public void An_urgent_checkpoint_of_a_hundred_megabytes_waits_for_a_few_groups_of_the_dataset_that_is_crossing()
    {
        var schedule = new LaneSchedule<Sender>();
        var dataset = Join(schedule, priority: 50);
        for (var turn = 0; turn < 100_000; turn++)
        {
            Take(schedule);
        }

        var checkpoint = Join(schedule, priority: 100);
        var before = dataset.Turns;
        while (checkpoint.Turns < (100 << 20) / GroupBytes)
        {
            Take(schedule);
        }

        // A thirty-third of the line, and the group that was next anyway.
        Assert.InRange(dataset.Turns - before, 0, 2);
    }

    [Fact]
    public void Whoever_had_nothing_to_send_saved_nothing_up()
    {
        var schedule = new LaneSchedule<Sender>();
        var (busy, idle) = (Join(schedule, 50), Join(schedule, 50));
        idle.IsReady = false;
        for (var turn = 0; turn < 1000; turn++)
        {
            Take(schedule);
        }

        idle.IsReady = true;
        var before = busy.Turns;
        for (var turn = 0; turn < 100; turn++)
        {
            Take(schedule);
        }

        Assert.InRange(busy.Turns - before, 49, 51);
    }

    [Fact]
    public void Nobody_is_next_where_nobody_has_anything_to_send()
    {
        var schedule = new LaneSchedule<Sender>();
        var sender = Join(schedule, 50);
        sender.IsReady = false;
        Assert.Null(schedule.Next(one => one.IsReady));
        sender.IsReady = true;
        schedule.Remove(sender);
        Assert.Null(schedule.Next(one => one.IsReady));
    }

    private static Sender Join(LaneSchedule<Sender> schedule, int priority)
    {
        var sender = new Sender(priority);
        schedule.Add(sender, priority);
        return sender;
    }

    private static void Take(LaneSchedule<Sender> schedule)
    {
        var next = schedule.Next(sender => sender.IsReady)!;
        next.Turns++;
        schedule.Charge(next, GroupBytes);
    }

    private sealed class Sender(int priority)
    {
        public int Priority { get; } = priority;

        public int Turns { get; set; }

        public bool IsReady { get; set; } = true;
    }
}
