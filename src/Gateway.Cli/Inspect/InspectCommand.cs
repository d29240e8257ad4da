using System.CommandLine;
using Gateway.Cli.Submit;
using Gateway.Cli.Terminal;
using Gateway.Core;
using Gateway.Core.Inspection;

namespace Gateway.Cli.Inspect;

/// <summary><c>gateway inspect PATH [--json]</c>: what the verifiers of both sides will say of a file or directory, offline. The low side decodes besides.</summary>
internal static class InspectCommand
{
    /// <summary>Bytes read at a time: a few blocks of a verifier, so that calls to the kernel do not count.</summary>
    private const int ReadBytes = 4 * InspectionLimits.BlockBytes;

    public static Command Create(CommandEnvironment environment)
    {
        var path = new Argument<string>("PATH") { Description = "File or directory; it is read, and nothing is sent." };
        var tensors = new Option<bool>("--tensors") { Description = "Lists every tensor, not only the first." };
        return new Command("inspect", "Says what the verifiers find in a file or directory. The low side also decodes Parquet and Arrow, and may refuse more.") { path, tensors, InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                var tree = ArtifactTree.Walk(result.GetRequiredValue(path), new PathFilter([], []), cancel).OrStop();
                var inspection = await InspectAsync(environment, tree, cancel);
                if (result.WantsJson())
                {
                    environment.Screen.Document(InspectionDocument.Of(inspection), CliJson.Default.InspectionDocument);
                }
                else
                {
                    Show(environment.Screen, inspection, result.GetValue(tensors));
                }

                inspection.Refusal.OrStop();
                return ExitCode.Done;
            });
    }

    private static async Task<ArtifactInspection> InspectAsync(CommandEnvironment environment, ArtifactTree tree, CancellationToken cancel)
    {
        var files = new List<FileInspection>(tree.Files.Count);
        await ProgressBars.RunAsync(environment, async bars =>
        {
            var buffer = new byte[ReadBytes];
            var (done, total) = (0L, tree.Files.Sum(f => f.Status.Bytes));
            foreach (var file in tree.Files)
            {
                files.Add(await InspectAsync(file, buffer, read => bars.Set("inspecting", done += read, total), cancel));
            }
        });

        // Nobody said what it is meant to be, so it is taken for what it is; formats are those that submit would declare.
        var artifact = new ArtifactInspector(ArtifactInspector.KindOf(files));
        foreach (var file in files)
        {
            artifact.Add(file, FormatGuess.FromName(file.Path.Value).Name());
        }

        return artifact.Complete();
    }

    private static async Task<FileInspection> InspectAsync(PlannedFile file, byte[] buffer, Action<int> onRead, CancellationToken cancel)
    {
        await using var content = new FileStream(
            file.FullPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var inspector = new FileInspector(file.Path, file.Status.Bytes, (offset, into) => RandomAccess.Read(content.SafeFileHandle, into, offset));
        var left = file.Status.Bytes;
        int read;
        while ((read = await content.ReadAsync(buffer, cancel)) > 0 && (left -= read) >= 0)
        {
            inspector.Append(buffer.AsSpan(0, read));
            onRead(read);
        }

        return left == 0 ? inspector.Complete() : throw CommandStop.Refused(RefusalCode.FileChanged, file.Path.Value);
    }

    private static void Show(Screen screen, ArtifactInspection inspection, bool allTensors)
    {
        screen.Table(
            ["File", "Format", "", "Summary"],
            inspection.Files.Select(f => (IReadOnlyList<string>)
                [f.Path.Value, f.Format.Name(), f.Accepted ? "accepted" : "refused", string.Join(", ", f.Summary.Select(s => $"{s.Name} {s.Value}"))]));
        TensorScreen.Show(screen, [.. inspection.Files.SelectMany(f => f.TensorRows.Select(t => (f.Path.Value, t)))], allTensors);
        screen.Line($"in all: {string.Join("; ", inspection.Totals.Select(t => $"{t.Name} {t.Value}"))}");
        var ofFiles = inspection.Files.SelectMany(f => f.Findings.Select(n => (f.Path.Value, n)));
        foreach (var (file, finding) in ofFiles.Concat(inspection.Findings.Select(n => ("artifact", n))))
        {
            var evidence = finding.Evidence.Length > 0 ? $": {finding.Evidence}" : "";
            screen.Line($"{finding.Severity.Name()} {finding.Code} {file}{(finding.Offset is { } at ? $" at byte {at}" : "")}: {finding.Message}{evidence}");
        }

        screen.Line($"not checked: {string.Join(", ", inspection.NotChecked)}");
    }
}
