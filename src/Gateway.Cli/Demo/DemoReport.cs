using System.Globalization;
using Gateway.Cli.Terminal;
using Gateway.Core;

namespace Gateway.Cli.Demo;

/// <summary>What <c>gateway demo --json</c> prints; the shape is part of the contract.</summary>
internal sealed record DemoReport(IReadOnlyList<DemoImport> Imports, IReadOnlyList<DemoRefusal> Refusals, DemoLink Link);

/// <summary>One artifact that crossed.</summary>
/// <param name="Name"><c>org/name</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Kind"><c>checkpoint</c> or <c>dataset</c>.</param>
/// <param name="State">State of the import.</param>
/// <param name="Files">Files in it.</param>
/// <param name="Bytes">Bytes in it.</param>
/// <param name="Path">The published directory.</param>
/// <param name="Seconds">From the first byte of the upload until it was published, the two signatures included.</param>
internal sealed record DemoImport(string Name, string Version, string Kind, string State, int Files, long Bytes, string Path, double Seconds);

/// <summary>One attempt that was refused.</summary>
/// <param name="Case">What was tried.</param>
/// <param name="Side"><c>low</c> or <c>high</c>.</param>
/// <param name="Code">The refusal's code.</param>
internal sealed record DemoRefusal(string Case, string Side, string Code);

/// <summary>What the link did.</summary>
/// <param name="Datagrams">Datagrams that were sent into it.</param>
/// <param name="Dropped">Those that it lost on purpose.</param>
/// <param name="RepairedBlocks">Blocks that forward error correction made whole.</param>
/// <param name="LostBlocks">Blocks that it could not.</param>
internal sealed record DemoLink(long Datagrams, long Dropped, long RepairedBlocks, long LostBlocks);

/// <summary>The report as tables.</summary>
internal static class DemoScreen
{
    public static void Show(Screen screen, DemoReport report)
    {
        screen.Table(
            ["CROSSED", "KIND", "STATE", "FILES", "SIZE", "SECONDS", "MB/S"],
            report.Imports.Select(i => (IReadOnlyList<string>)
            [
                $"{i.Name}@{i.Version}", i.Kind, i.State, Screen.Number(i.Files), Screen.Size(i.Bytes), i.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                (i.Bytes / 1e6 / Math.Max(i.Seconds, 0.001)).ToString("0", CultureInfo.InvariantCulture),
            ]));
        screen.Table(
            ["REFUSED", "BY", "CODE", "WHY"],
            report.Refusals.Select(r => (IReadOnlyList<string>)[r.Case, $"{r.Side} side", r.Code, Why(r.Code)]));
        var link = report.Link;
        screen.Table(
            ["DATAGRAMS", "LOST ON PURPOSE", "REPAIRED BLOCKS", "LOST BLOCKS"],
            [[
                Screen.Number(link.Datagrams),
                string.Create(CultureInfo.InvariantCulture, $"{link.Dropped:N0} ({100.0 * link.Dropped / Math.Max(1, link.Datagrams):0.0} %)"),
                Screen.Number(link.RepairedBlocks), Screen.Number(link.LostBlocks),
            ]]);
    }

    private static string Why(string code) => RefusalCatalogue.Entries.Single(e => e.Name == code).What;
}
