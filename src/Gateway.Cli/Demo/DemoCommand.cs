using System.CommandLine;
using Gateway.Cli.Dev;
using Gateway.Cli.Terminal;

namespace Gateway.Cli.Demo;

/// <summary><c>gateway demo</c>: the whole way in one go, and what must not get in.</summary>
internal static class DemoCommand
{
    /// <summary>Share of datagrams that the link loses: more than a sound diode link ever does, less than parity repairs.</summary>
    private const double Loss = 0.02;

    /// <summary>Which datagrams are lost.</summary>
    private const int Seed = 1;

    /// <summary>What must be refused, by whom and why; anything else is a failure of the demonstration.</summary>
    private static readonly DemoRefusal[] Expected =
    [
        new("pickle", "low", "PICKLE_REFUSED"),
        new("self-approval", "low", "SELF_APPROVAL"),
        new("flipped-bit", "low", "DIGEST_MISMATCH"),
        new("under-approved-release", "high", "THRESHOLD_NOT_MET"),
    ];

    public static Command Create(CommandEnvironment environment)
    {
        var directory = new Option<string?>("--dir") { Description = "Empty or new directory to work in; it is kept.", HelpName = "D" };
        var keep = new Option<bool>("--keep") { Description = "Keep the directory." };
        return new Command("demo", "Shows the whole way on this machine: both sides as processes, a link with loss, artifacts in, hostile ones refused.")
        {
            directory, keep, InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var named = result.GetValue(directory);
            var path = named is null ? Directory.CreateTempSubdirectory("gateway-demo-").FullName : EmptyDirectory(named);
            var json = result.WantsJson();
            var say = json ? (Action<string>)(_ => { }) : environment.Screen.Line;
            try
            {
                var report = await ShowAsync(environment, path, say, cancel);
                if (json)
                {
                    environment.Screen.Document(report, CliJson.Default.DemoReport);
                }
                else
                {
                    DemoScreen.Show(environment.Screen, report);
                }

                Check(report);
                return ExitCode.Done;
            }
            catch (DemoFailure e)
            {
                await environment.Error.WriteLineAsync($"not as expected: {SafeText.Of(e.Message)}; logs are in {path}");
                named = path;
                return ExitCode.Internal;
            }
            finally
            {
                if (named is null && !result.GetValue(keep))
                {
                    DeleteTree(path);
                }
                else
                {
                    await environment.Error.WriteLineAsync($"kept in {path}");
                }
            }
        });
    }

    private static async Task<DemoReport> ShowAsync(CommandEnvironment environment, string directory, Action<string> say, CancellationToken cancel)
    {
        var scratch = Directory.CreateDirectory(Path.Combine(directory, "submitted")).FullName;
        using var link = new LossyLink(Loss, Seed);
        say($"starting both sides with throwaway keys, one of them for the lane's datagrams, and a one-way link that loses {Loss:P0} of them");
        var site = ThrowawaySite.OpenOrCreate(directory, environment.Time);
        var addresses = RunningSite.FreeAddresses(link.Entry);
        link.Start(addresses.LaneListen);
        await using var running = await RunningSite.StartAsync(environment, site, addresses, cancel);
        var inSite = running.EnvironmentFor(environment);
        var typist = new Typist(inSite);
        var crossing = new Crossing(inSite, typist, running, say);
        var attacks = new Attacks(inSite, typist, crossing, running, link, scratch);

        say("making a checkpoint and a dataset");
        var checkpoint = Path.Combine(scratch, "checkpoint");
        var dataset = Path.Combine(scratch, "dataset");
        SampleArtifacts.WriteCheckpoint(checkpoint);
        SampleArtifacts.WriteDataset(dataset);
        say("bringing them over: submit, two signatures, the lane, nine checks, import");
        List<DemoImport> imports =
        [
            await crossing.BringOverAsync(checkpoint, "checkpoint", "demo/weights", "1.0", cancel),
            await crossing.BringOverAsync(dataset, "dataset", "demo/rows", "1.0", cancel),
        ];
        say("trying what must not get in: a pickle, a self-approval, a flipped bit, a release that too few signed");
        List<DemoRefusal> refusals =
        [
            await attacks.PickleAsync(cancel),
            await attacks.SelfApprovalAsync(cancel),
            await attacks.FlippedBitAsync(cancel),
            await attacks.UnderApprovedAsync(cancel),
        ];
        var lanes = await typist.MustAsync("auditor", ["lanes"], cancel);
        var high = lanes.Document.GetProperty("lanes").EnumerateArray().Single(l => l.GetProperty("side").GetString() == "high");
        return new DemoReport(
            imports,
            refusals,
            new DemoLink(
                link.Datagrams, link.Dropped, high.GetProperty("repairedBlocks").GetInt64(), high.GetProperty("lostBlocks").GetInt64()));
    }

    private static void Check(DemoReport report)
    {
        if (report.Imports.FirstOrDefault(i => i.State != "PUBLISHED") is { } missing)
        {
            throw new DemoFailure($"{missing.Name} is {missing.State}");
        }

        if (report.Refusals.Except(Expected).FirstOrDefault() is { } other)
        {
            throw new DemoFailure($"{other.Case} was refused by the {other.Side} side with {other.Code}");
        }

        if (report.Link.Dropped == 0 || report.Link.RepairedBlocks == 0)
        {
            throw new DemoFailure("the link lost nothing, so nothing was shown to be repaired");
        }
    }

    private static string EmptyDirectory(string named)
    {
        var path = Directory.CreateDirectory(Path.GetFullPath(named)).FullName;
        return Directory.EnumerateFileSystemEntries(path).Any()
            ? throw CommandStop.Usage($"{path} is not empty: the demonstration begins from nothing")
            : path;
    }

    /// <summary>Published trees are read-only; their directories are opened first.</summary>
    private static void DeleteTree(string path)
    {
        foreach (var directory in Directory.EnumerateDirectories(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Prepend(path))
        {
            File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(path, recursive: true);
    }
}
