using System.Diagnostics;
using Gateway.Storage.High;
using Gateway.Tests.High.Import;
using Gateway.Tests.Storage.High;
using Xunit;

#pragma warning disable CA1716 // The folder is named as in src.
namespace Gateway.Tests.Cli.Imports;
#pragma warning restore CA1716

/// <summary>Three processes of one consumer, killed again and again while they work through a thousand imports.</summary>
public sealed class ConsumerChaosTests
{
    private const int Imports = 1_000;
    private const int Processes = 3;
    private const int Kills = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Every_import_is_handled_at_least_once_and_none_is_lost_when_processes_are_killed()
    {
        await using var site = await ConsumerSite.StartAsync(TimeProvider.System);
        var ids = new List<string>();
        for (var number = 1; number <= Imports; number++)
        {
            ids.Add(await site.Catalog.PublishAsync(number));
        }

        var handled = Directory.CreateDirectory(site["handled"]).FullName;
        var contexts = site.WriteContexts("cara");
        var running = new Process[Processes];
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        try
        {
            for (var slot = 0; slot < Processes; slot++)
            {
                running[slot] = Start(contexts, handled);
            }

            for (var kill = 0; kill < Kills; kill++)
            {
                // After a number of imports rather than a time, so that what is killed is at work on any machine.
                await UntilAsync(site.Catalog, ((kill + 1) * Imports / (Kills + 2)) + random.Next(Imports / (Kills + 2)), clock);
                var slot = random.Next(Processes);
                running[slot].Kill();
                running[slot].Dispose();
                running[slot] = Start(contexts, handled);
            }

            await UntilAsync(site.Catalog, Imports, clock);
        }
        finally
        {
            foreach (var process in running.Where(process => process is not null))
            {
                process.Kill();
                process.Dispose();
            }
        }

        Assert.Equal(ids, Directory.EnumerateFiles(handled).Select(path => Path.GetFileName(path)).Order());
        var record = await AuditAsync(site.Catalog);
        Assert.Equal(ids, record.Where(entry => entry.Action == "import.acknowledged").Select(entry => entry.TransferId).Order());
        Assert.DoesNotContain(record, entry => entry.Action == "delivery.given-up");
        var handedOut = record.Count(entry => entry.Action == "delivery.handed-out");
        Assert.InRange(handedOut, Imports, Imports + (2 * Kills) + Processes);
        TestContext.Current.SendDiagnosticMessage("{0}", $"seed {seed}: {handedOut - Imports} of {Imports} imports handed out again after {Kills} kills, {clock.Elapsed.TotalSeconds:0} s");
    }

    private static async Task<List<(string Action, string TransferId)>> AuditAsync(HighCatalog catalog)
    {
        var record = new List<(string, string)>();
        for (long after = 0; ;)
        {
            var page = await catalog.ListAuditAsync(after, 1_000, default);
            if (page.Count == 0)
            {
                return record;
            }

            record.AddRange(page.Select(entry => (entry.Entry.Action, entry.Entry.TransferId)));
            after = page[^1].Sequence;
        }
    }

    private static Task UntilAsync(HighCatalog catalog, int acknowledged, Stopwatch clock) => Condition.HoldsAsync(
        async () => await catalog.ReadAsync(reader => reader.Scalar<long>("SELECT COUNT(*) FROM acknowledgements"), default) >= acknowledged,
        () => $"fewer than {acknowledged} imports were acknowledged within {Patience}",
        Patience > clock.Elapsed ? Patience - clock.Elapsed : TimeSpan.Zero);

    private static Process Start(string contexts, string handled)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "gateway"),
            ["imports", "watch", "--consumer", "trainer", "--deadline", "5", "--attempts", "50", "--exec", "/usr/bin/touch", Path.Combine(handled, "{id}")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GATEWAY_CONTEXTS"] = contexts;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
