using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Gateway.Core.Wire;

namespace Gateway.Low.Send;

/// <summary>
/// One way out of a lane: a socket, a thread that sends, and two groups, so that one is read and encoded while the other leaves. The order in which groups are filled is the
/// order in which they are sent, and the sequence of datagrams follows it.
/// </summary>
internal sealed class LaneFlow : IAsyncDisposable
{
    private const int Groups = 2;

    /// <summary>Shortest sleep worth its wake-up; less is left to add up, so that nobody spins. At 10 Gbit/s it is one super-packet.</summary>
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMicroseconds(50);

    /// <summary>Longest sleep, after which it is seen whether the session still goes on.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(10);

    private readonly LaneSenderOptions options;
    private readonly LaneTurns turns;
    private readonly LanePacer pacer;
    private readonly LaneRate rate;
    private readonly LaneClock clock;
    private readonly DatagramSealer sealer;
    private readonly PackingPace packing = new();
    private readonly Channel<BlockGroup> free = Channel.CreateBounded<BlockGroup>(Groups);
    private readonly BlockingCollection<(LaneTurn Turn, BlockGroup Group)> filled = new(Groups);
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread sending;
    private readonly Task filling;

    /// <param name="target">Where its datagrams go.</param>
    /// <param name="options">How the lane is sent.</param>
    /// <param name="sequence">Numbers of the lane's datagrams.</param>
    /// <param name="turns">Who sends next.</param>
    /// <param name="pacer">The lane's pace.</param>
    /// <param name="rate">Counts what leaves.</param>
    /// <param name="clock">The clock of the pace.</param>
    public LaneFlow(IPEndPoint target, LaneSenderOptions options, LaneSequence sequence, LaneTurns turns, LanePacer pacer, LaneRate rate, LaneClock clock)
    {
        (this.options, this.turns, this.pacer, this.rate, this.clock) = (options, turns, pacer, rate, clock);
        Packer = options.PackedParity is { } parity ? new(options.Geometry, parity) : null;
        sealer = new(options.Lane, options.Key, sequence);
        for (var i = 0; i < Groups; i++)
        {
            free.Writer.TryWrite(new(options.Geometry, options.Geometry.Interleave, sealer));
        }

        Socket = new(target, options.Interface, options.Geometry.DatagramBytes + sealer.TagBytes);
        sending = new(SendAll) { IsBackground = true, Name = $"lane {options.Lane}" };
        sending.Start();
        filling = Task.Run(FillAllAsync);
    }

    /// <summary>What packs its blocks; null where they cross as they are.</summary>
    public BlockPacker? Packer { get; }

    /// <summary>True where it packs at present.</summary>
    public bool IsPacking => Packer is not null && packing.Pays;

    /// <summary>Its socket.</summary>
    public LaneSocket Socket { get; }

    /// <summary>Stops it. No session may be under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        filled.CompleteAdding();
        sending.Join();
        Socket.Dispose();
        sealer.Dispose();
        filled.Dispose();
        stopping.Dispose();
    }

    private async Task FillAllAsync()
    {
        try
        {
            while (true)
            {
                var group = await free.Reader.ReadAsync(stopping.Token).ConfigureAwait(false);
                var turn = await turns.NextAsync(stopping.Token).ConfigureAwait(false);
                if (await TryFillAsync(group, turn).ConfigureAwait(false))
                {
                    filled.Add((turn, group));
                }
                else
                {
                    free.Writer.TryWrite(group);
                }
            }
        }
        catch (Exception e)
        {
            turns.Break(e);
        }
    }

    private async ValueTask<bool> TryFillAsync(BlockGroup group, LaneTurn turn)
    {
        try
        {
            var pack = Packer is not null && turn.Step.Kind == DatagramKind.Data && packing.Next();
            var began = clock.Now;
            await turn.Session.Encoder.FillAsync(group, turn.Step, turn.Session.Outbound.Read, pack ? Packer : null, turn.Session.Cancelled).ConfigureAwait(false);
            if (pack)
            {
                packing.Packed(clock.Now - began, LineTimeOf(turn.Step));
            }

            return true;
        }
        catch (Exception e)
        {
            // The artifact could not be read: that is one session's end and no other's.
            turns.Fail(turn, e);
            return false;
        }
    }

    // Unpacked, at this flow's share of the rate.
    private TimeSpan LineTimeOf(SessionStep step) =>
        step.Blocks.Blocks * (options.Geometry.DataSymbols + options.Geometry.ParitySymbols) * pacer.TimeOf(1, Socket.DatagramBytes) * options.Targets.Count;

    private void SendAll()
    {
        try
        {
            foreach (var (turn, group) in filled.GetConsumingEnumerable())
            {
                Send(group, turn.Session);
                if (turn.Session.IsOver)
                {
                    turns.GiveBack(turn);
                }
                else
                {
                    turns.Sent(turn);
                }

                free.Writer.TryWrite(group);
            }
        }
        catch (Exception e)
        {
            turns.Break(e);
        }
    }

    private void Send(BlockGroup group, ActiveSession session)
    {
        Span<int> offsets = stackalloc int[group.MostBlocks];
        for (var row = 0; row < group.Rows; row++)
        {
            // A row leaves in equal parts, each one call: a part that is lost costs a block one symbol.
            var count = group.Row(row, offsets);
            var most = Math.Min(pacer.BurstOf(group.DatagramBytes), Socket.DatagramsAtOnce);
            var parts = (count - 1) / most + 1;
            for (var part = 0; part < parts; part++)
            {
                var burst = offsets[(count * part / parts)..(count * (part + 1) / parts)];
                if (!TryWait(pacer.Reserve(burst.Length, group.DatagramBytes, clock.Now), session))
                {
                    return;
                }

                Socket.Send(group.Bytes.Span, burst, group.DatagramBytes);
                rate.Add(burst.Length, group.DatagramBytes, clock.Now);
            }
        }
    }

    private unsafe bool TryWait(TimeSpan due, ActiveSession session)
    {
        for (var left = due - clock.Now; left >= ShortestSleep && !session.IsOver; left = due - clock.Now)
        {
            var time = new TimeSpec { Nanoseconds = (long)Math.Min(left.TotalNanoseconds, LongestSleep.TotalNanoseconds) };
            _ = Libc.Sleep(&time, null);
        }

        return !session.IsOver;
    }
}
