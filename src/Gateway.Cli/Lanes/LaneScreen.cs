using System.Globalization;
using Gateway.Cli.Terminal;
using Spectre.Console;

namespace Gateway.Cli.Lanes;

/// <summary>Lanes for people: one after another, what is wrong in words that say what to do.</summary>
internal static class LaneScreen
{
    /// <summary>Bars of the histogram: enough to see where the bulk lies and how far the worst is from the end.</summary>
    private const int MostBars = 8;

    /// <summary>Columns of the longest bar.</summary>
    private const int BarColumns = 40;

    /// <summary>Missing sessions that are listed; the code of `repair request` names them all.</summary>
    private const int MostListed = 10;

    /// <summary>Age of a heartbeat that is worth a word: they come every second unless configured otherwise.</summary>
    private const double LateSeconds = 5;

    public static void Show(Screen screen, IReadOnlyList<LaneView> lanes)
    {
        foreach (var lane in lanes)
        {
            screen.Title($"{lane.Lane} ({lane.Kind}), {lane.Side} side");
            if (lane.Side == "low")
            {
                ShowLow(screen, lane);
            }
            else
            {
                ShowHigh(screen, lane);
            }

            if (lane.ActiveSessions.Count > 0)
            {
                screen.Table(
                    ["SESSION", "TRANSFER", "BLOCKS", "DONE", "PRIORITY"],
                    lane.ActiveSessions.Select(s => (IReadOnlyList<string>)
                    [
                        $"{s.Session}", s.Transfer, Screen.Number(s.Blocks), Percent(s.Blocks == 0 ? 1 : (double)s.DoneBlocks / s.Blocks),
                        s.Priority == 0 ? "" : $"{s.Priority}",
                    ]));
            }

            screen.Line("");
        }
    }

    private static void ShowLow(Screen screen, LaneView lane) => screen.Facts(
        ("heartbeat", Heartbeat(lane)),
        ("rate", $"{Rate(lane.SentBitsPerSecond)} of {Rate(lane.RateBitsPerSecond)}"),
        ("sent", $"{Number(lane.Datagrams)} datagrams, {Size(lane.Bytes)}"),
        ("packing", Packing(lane)),
        ("parity", lane.ParitySymbols == 0 ? null : $"{lane.ParitySymbols} symbols a block"),
        ("sessions", $"newest {lane.LastSession}, {lane.ActiveSessions.Count} crossing, {lane.QueuedSessions} queued"),
        ("key", Keys(lane)));

    private static void ShowHigh(Screen screen, LaneView lane)
    {
        screen.Facts(
            ("heartbeat", Heartbeat(lane)),
            ("rate", Rate(lane.ReceivedBitsPerSecond)),
        ("received", $"{Number(lane.Datagrams)} datagrams, {Size(lane.Bytes)}"),
            ("lost", lane.Loss is { } loss ? $"{Number(lane.MissingDatagrams)} datagrams ({Percent(loss)}), {Number(lane.KernelDrops)} of them in this machine's kernel" : null),
            ("turned away", $"{Number(lane.Faults.Malformed)} malformed, {Number(lane.Faults.Foreign)} foreign, {Number(lane.Faults.Forged)} forged, {Number(lane.Faults.Replayed)} replayed"),
            ("not used", $"{Number(lane.DroppedDatagrams)} datagrams in all"),
            ("blocks", $"{Number(lane.RepairedBlocks)} repaired by parity, {Number(lane.LostBlocks)} lost{(lane.LostBlocks > 0 ? ": gateway repair request" : "")}"),
            ("no memory for", lane.CrowdedOutBlocks == 0 ? null : $"{Number(lane.CrowdedOutBlocks)} blocks: the disk is slower than the lane, or memoryBytes is low"),
        ("parity needed", Margin(lane)),
            ("sessions", $"newest {lane.LastSession}, {lane.ActiveSessions.Count} crossing"),
            ("missing", Missing(lane)),
            ("key", Keys(lane)));
        ShowParity(screen, lane);
    }

    private static void ShowParity(Screen screen, LaneView lane)
    {
        var bars = Bars(lane.ParityNeeded, lane.ParitySymbols).ToList();
        var most = bars.Select(b => b.Blocks).DefaultIfEmpty().Max();
        if (most == 0)
        {
            return;
        }

        var grid = new Grid().AddColumn(new GridColumn().NoWrap().RightAligned()).AddColumn(new GridColumn().NoWrap()).AddColumn(new GridColumn().NoWrap());
        foreach (var (symbols, blocks) in bars)
        {
            // A bar for a few blocks among millions is short, and is there.
            var columns = blocks == 0 ? 0 : Math.Max(1, (int)(BarColumns * (double)blocks / most));
            grid.AddRow(Screen.Styled($"  {symbols}", Color.Grey), Screen.Plain(new string('█', columns)), Screen.Plain($"{Number(blocks)} blocks"));
        }

        screen.Write(grid);
    }

    /// <summary>The histogram in few bars: blocks that needed none, then equal steps up to all of the parity.</summary>
    internal static IEnumerable<(string Symbols, ulong Blocks)> Bars(IReadOnlyList<ulong> needed, int paritySymbols)
    {
        if (needed.Count == 0)
        {
            yield break;
        }

        yield return ("0", needed[0]);
        var end = Math.Max(paritySymbols, needed.Count - 1);
        var step = Math.Max(1, (end + MostBars - 2) / (MostBars - 1));
        for (var first = 1; first <= end; first += step)
        {
            var last = Math.Min(first + step - 1, end);
            var blocks = needed.Skip(first).Take(last - first + 1).Aggregate(0UL, (sum, count) => sum + count);
            yield return (first == last ? $"{first}" : $"{first} to {last}", blocks);
        }
    }

    private static string? Packing(LaneView lane) => lane.Packing || lane.PackingRatio > 1
        ? $"{lane.PackingRatio.ToString("0.00", CultureInfo.InvariantCulture)} bytes of artifacts in each byte{(lane.Packing ? "" : "; not at present")}"
        : null;

    private static string? Margin(LaneView lane)
    {
        var worst = lane.ParityNeeded.Count - 1;
        while (worst > 0 && lane.ParityNeeded[worst] == 0)
        {
            worst--;
        }

        return worst < 0 ? null : $"at most {worst} of {lane.ParitySymbols} symbols: a margin of {Math.Max(0, lane.ParitySymbols - worst)}";
    }

    private static string? Missing(LaneView lane) => lane.MissingSessions.Count == 0 ? null
        : $"{lane.MissingSessions.Count} session{(lane.MissingSessions.Count == 1 ? "" : "s")} ({string.Join(", ", lane.MissingSessions.Take(MostListed))}{(lane.MissingSessions.Count > MostListed ? ", …" : "")}): gateway repair request";

    private static string Heartbeat(LaneView lane) => lane.HeartbeatAgeSeconds is not { } age ? "never"
        : $"{age.ToString("0.0", CultureInfo.InvariantCulture)} s ago{(age > LateSeconds ? ": the lane is silent" : "")}";

    private static string Keys(LaneView lane) => lane.KeyIds.Count == 0 ? "none: datagrams are not authenticated"
        : lane.KeyIds.Count == 1 ? lane.KeyIds[0]
        : $"{string.Join(", ", lane.KeyIds)}; in use: {(lane.KeyId.Length == 0 ? "none yet" : lane.KeyId)}";

    private static string Percent(double share) => (100 * share).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    private static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(ulong bytes) => Screen.Size((long)Math.Min(bytes, long.MaxValue));

    private static string Rate(long bitsPerSecond) => bitsPerSecond switch
    {
        >= 1_000_000_000 => (bitsPerSecond / 1e9).ToString("0.##", CultureInfo.InvariantCulture) + " Gbit/s",
        >= 1_000_000 => (bitsPerSecond / 1e6).ToString("0.#", CultureInfo.InvariantCulture) + " Mbit/s",
        >= 1_000 => (bitsPerSecond / 1e3).ToString("0.#", CultureInfo.InvariantCulture) + " kbit/s",
        _ => $"{bitsPerSecond} bit/s",
    };
}
