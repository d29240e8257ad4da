using System.Diagnostics;
using System.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Hosting.Inspection;
using Gateway.Tests.Core.Inspection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Gateway.Tests.Hosting;

/// <summary>The real worker, and programs in its place that do what a worker that was taken over might do.</summary>
public sealed class InspectorsTests : IDisposable
{
    private static readonly (string Path, string Content)[] Files = [("a/b.txt", "Text.\n"), ("c.json", """{"auto_map":{"x":"y"}}"""), ("d.csv", "a,b\n1,2\n")];

    private readonly TemporaryDirectory directory = new();
    private readonly FakeTimeProvider time = new();
    private readonly Manifest manifest;
    private readonly byte[] payload;

    public InspectorsTests()
    {
        manifest = Value(Manifest.Create(
            new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1")), "", "alice", "to test", "", ""),
            [.. Files.Select(f => new ManifestFile(
                Inspected.Path(f.Path), f.Content.Length, Digest.Of(Encoding.UTF8.GetBytes(f.Content)), FormatGuess.FromName(f.Path).Name()))]));
        payload = manifest.ToPayload();
    }

    private string Stage => directory["stage"];

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(ContentLayout.Stream)]
    [InlineData(ContentLayout.Tree)]
    public async Task The_worker_finds_what_inspection_here_finds(ContentLayout layout)
    {
        Store(layout, Files);
        using var inspectors = Worker();
        Assert.True((await RunAsync(inspectors, layout)).Succeeded(out var report, out var refusal), refusal?.ToString());
        Assert.Equal(InProcess(Files).ToPayload(), report.ToPayload());
        Assert.Null(report.RefusalFor(manifest));
    }

    [Fact]
    public async Task What_inspection_refuses_is_in_the_report_with_its_file()
    {
        var hostile = ((string, string)[])[Files[0], ("c.json", "{\"auto_map\":{\"x\":\"y\"]}"), Files[2]];
        Store(ContentLayout.Tree, hostile);
        using var inspectors = Worker();
        Assert.True((await RunAsync(inspectors, ContentLayout.Tree)).Succeeded(out var report, out var refusal), refusal?.ToString());
        Assert.Equal(RefusalCode.FormatMalformed, report.RefusalFor(manifest)?.Code);
        Assert.StartsWith("c.json: ", report.RefusalFor(manifest)!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_worker_serves_one_transfer_and_the_next_is_there_before_it_is_asked_for()
    {
        Store(ContentLayout.Stream, Files);
        using var inspectors = Worker();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await RunAsync(inspectors, ContentLayout.Stream)).Succeeded(out _, out var refusal), refusal?.ToString());
        }
    }

    [Fact]
    public async Task A_link_out_of_the_transfer_is_not_followed()
    {
        Store(ContentLayout.Tree, Files);
        File.Delete(Path.Combine(Stage, "d.csv"));
        File.CreateSymbolicLink(Path.Combine(Stage, "d.csv"), directory.Write("secret", Files[2].Content));
        Assert.SkipUnless(Gateway.Inspector.Confinement.Landlock.Version() > 0, "the kernel has no Landlock");
        using var inspectors = Worker();
        Assert.Equal(RefusalCode.InspectorFailed, (await RunAsync(inspectors, ContentLayout.Tree)).Refusal?.Code);
    }

    [Theory]
    [InlineData("kill -9 $$")]
    [InlineData("exit 0")]
    [InlineData("exec 1>&-; exec 2>&-; exec cat")]
    [InlineData(@"printf '\377\377\377\377'")]
    [InlineData(@"printf '\002\000\000\000{]'; exec cat")]
    [InlineData(@"printf '\004\000\000\000null'; exec cat")]
    public async Task A_program_that_dies_or_answers_nonsense_refuses(string script)
    {
        Store(ContentLayout.Stream, Files);
        using var inspectors = Instead(script);
        Assert.Equal(RefusalCode.InspectorFailed, (await RunAsync(inspectors, ContentLayout.Stream)).Refusal?.Code);
    }

    [Theory]
    [InlineData("echo because >&2; exit 3", "failed: it ended by itself with exit code 3: because")]
    [InlineData("exec 1>&-; i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exit 3", "failed: it ended by itself with exit code 3")]
    [InlineData("exec cat > /dev/null", "failed: killed, because it hung up and went on running")]
    [InlineData(@"printf '\377\377\377\377'; exec cat", "failed: killed, because what it answered cannot be read")]
    public async Task How_a_worker_ended_is_told_as_it_was(string script, string told)
    {
        Store(ContentLayout.Stream, Files);
        var log = new Lines();
        using var inspectors = Instead(script, log);
        Assert.Equal(RefusalCode.InspectorFailed, (await RunAsync(inspectors, ContentLayout.Stream)).Refusal?.Code);
        Assert.EndsWith(told, Assert.Single(log.Errors).TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_is_at_its_limit_while_it_reads_is_killed_and_that_is_told()
    {
        var large = StoreLarge();
        var log = new Lines();
        using var inspectors = Worker(time, log);
        var running = inspectors.InspectAsync(Stage, ContentLayout.Stream, large, large.ToPayload(), CancellationToken.None);
        var worker = 0;
        await Condition.HoldsAsync(() => (worker = ReaderOf(Stage)) != 0, "a worker that reads");
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(RefusalCode.InspectorFailed, (await running).Refusal?.Code);
        Assert.EndsWith("failed: killed, because there was no answer within 1324 s", Assert.Single(log.Errors), StringComparison.Ordinal);
        Assert.False(Directory.Exists($"/proc/{worker}"));
    }

    [Fact]
    public async Task A_worker_that_hangs_is_killed_at_its_limit()
    {
        Store(ContentLayout.Stream, Files);
        
        // The shell holds its standard output open, where the answer would be.
        using var inspectors = Instead("cat > /dev/null; :");
        var running = RunAsync(inspectors, ContentLayout.Stream);
        Assert.False(running.IsCompleted);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(RefusalCode.InspectorFailed, (await running.WaitAsync(TimeSpan.FromSeconds(30))).Refusal?.Code);
    }

    [Fact]
    public async Task A_worker_that_ended_while_it_waited_is_replaced()
    {
        Store(ContentLayout.Stream, Files);
        var pid = directory["pid"];
        using var inspectors = Answering(InProcess(Files), first: $"rm {directory.Write("first", "")} 2> /dev/null && {{ echo $$ > {pid}.draft; mv {pid}.draft {pid}; exit 1; }}");
        await Condition.HoldsAsync(() => File.Exists(pid) && !Directory.Exists($"/proc/{File.ReadAllText(pid).Trim()}"), "the end of the worker");
        Assert.True((await RunAsync(inspectors, ContentLayout.Stream)).Succeeded(out _, out var refusal), refusal?.ToString());
    }

    [Fact]
    public async Task A_worker_that_is_killed_while_it_reads_refuses_and_the_next_one_serves()
    {
        var large = StoreLarge();
        var log = new Lines();
        using var inspectors = Worker(TimeProvider.System, log);
        var running = inspectors.InspectAsync(Stage, ContentLayout.Stream, large, large.ToPayload(), CancellationToken.None);
        var worker = 0;
        await Condition.HoldsAsync(() => (worker = ReaderOf(Stage)) != 0, "a worker that reads");
        Process.GetProcessById(worker).Kill();
        Assert.Equal(RefusalCode.InspectorFailed, (await running).Refusal?.Code);
        Assert.EndsWith("failed: it ended by itself with exit code 137 (signal 9)", Assert.Single(log.Errors), StringComparison.Ordinal);

        Store(ContentLayout.Stream, Files);
        Assert.True((await RunAsync(inspectors, ContentLayout.Stream)).Succeeded(out _, out var refusal), refusal?.ToString());
    }

    [Fact]
    public async Task An_answer_of_another_artifact_version_or_verifier_refuses()
    {
        Store(ContentLayout.Stream, Files);
        var right = InProcess(Files);
        InspectionReport[] wrong =
        [
            right with { ManifestDigest = Digest.Of("another"u8) },
            right with { VerifierVersion = "0" },
            right with { Files = [.. right.Files.Skip(1)] },
            right with { Files = [right.Files[0] with { Format = "exe" }, .. right.Files.Skip(1)] },
            right with { Files = [right.Files[0] with { Verifier = "text/0" }, .. right.Files.Skip(1)] },
            right with { Previous = new PreviousVersion("0", Digest.Of([]), 0, 0, 0, Tensors: null) },
        ];
        foreach (var report in wrong)
        {
            using var inspectors = Answering(report);
            Assert.Equal(RefusalCode.InspectorFailed, (await RunAsync(inspectors, ContentLayout.Stream)).Refusal?.Code);
        }

        using var honest = Answering(right);
        Assert.True((await RunAsync(honest, ContentLayout.Stream)).Succeeded(out _, out var refusal), refusal?.ToString());
    }

    [Fact]
    public async Task A_refusal_under_a_code_that_is_none_is_a_refusal()
    {
        Store(ContentLayout.Stream, Files);
        var right = InProcess(Files);
        var finding = new Finding("NO_SUCH_CODE", Severity.Refused, null, "x");
        using var inspectors = Answering(right with { Files = [right.Files[0] with { Findings = [finding] }, .. right.Files.Skip(1)] });
        Assert.True((await RunAsync(inspectors, ContentLayout.Stream)).Succeeded(out var report, out _));
        Assert.Equal(RefusalCode.InspectorFailed, report.RefusalFor(manifest)?.Code);
    }

    [Fact]
    public async Task What_does_not_hold_a_worker_is_said_once()
    {
        Store(ContentLayout.Stream, Files);
        var log = new Lines();
        using var inspectors = Answering(InProcess(Files), """{"landlockVersion":0,"filtersSystemCalls":false}""", log);
        await RunAsync(inspectors, ContentLayout.Stream);
        await RunAsync(inspectors, ContentLayout.Stream);
        Assert.Single(log.Warnings, w => w.Contains("not wholly confined", StringComparison.Ordinal));
    }

    private Task<Outcome<InspectionReport>> RunAsync(Inspectors inspectors, ContentLayout layout) =>
        inspectors.InspectAsync(Stage, layout, manifest, payload, CancellationToken.None);

    /// <summary>The child of this process that holds a file open, which tests beside this one do not; 0 where none does.</summary>
    private static int ReaderOf(string path)
    {
        foreach (var process in Directory.GetDirectories("/proc").Select(p => Path.GetFileName(p)).Where(p => int.TryParse(p, out var id) && id != Environment.ProcessId))
        {
            try
            {
                if (Directory.GetFiles($"/proc/{process}/fd").Any(f => new FileInfo(f).LinkTarget == path))
                {
                    return int.Parse(process, System.Globalization.CultureInfo.InvariantCulture);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is somebody else's.
            }
        }

        return 0;
    }

    private static Inspectors Worker() => Worker(TimeProvider.System, NullLogger<Inspectors>.Instance);

    private static Inspectors Worker(TimeProvider time, ILogger<Inspectors> log) => Inspectors.OfHighSide(Value(InspectorProgram.Find()), time, log);

    private Inspectors Instead(string script, ILogger<Inspectors>? log = null) =>
        Inspectors.OfLowSide(WorkerProgram.Write(directory, script), time, log ?? NullLogger<Inspectors>.Instance);

    private Inspectors Answering(
        InspectionReport report, string confinement = WorkerProgram.Confined, ILogger<Inspectors>? log = null, string first = "") =>
        Inspectors.OfLowSide(WorkerProgram.Answering(directory, report.ToPayload(), confinement, first), time, log ?? NullLogger<Inspectors>.Instance);

    private void Store(ContentLayout layout, (string Path, string Content)[] files)
    {
        if (layout == ContentLayout.Stream)
        {
            File.WriteAllText(Stage, string.Concat(files.Select(f => f.Content)));
            return;
        }

        foreach (var (path, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Stage, path))!);
            File.WriteAllText(Path.Combine(Stage, path), content);
        }
    }

    /// <summary>Zeros that lie on no disk, and take seconds to read.</summary>
    private Manifest StoreLarge()
    {
        const long bytes = 8L << 30;
        var header = Encoding.UTF8.GetBytes($"{{\"w\":{{\"dtype\":\"I8\",\"shape\":[{bytes}],\"data_offsets\":[0,{bytes}]}}}}");
        using (var file = File.Create(Stage))
        {
            file.Write([.. BitConverter.GetBytes((long)header.Length), .. header]);
            file.SetLength(8 + header.Length + bytes);
        }

        return Value(Manifest.Create(
            new ManifestHead(Value(ArtifactName.Parse(ArtifactKind.Checkpoint, "org/large", "1")), "", "alice", "to test", "", ""),
            [new ManifestFile(Inspected.Path("m.safetensors"), 8 + header.Length + bytes, Digest.Of([]), "safetensors")]));
    }

    private InspectionReport InProcess((string Path, string Content)[] files)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        foreach (var (path, content) in files)
        {
            artifact.Add(Inspected.File(path, Encoding.UTF8.GetBytes(content)), FormatGuess.FromName(path).Name());
        }

        return artifact.Complete().ToReport(payload).Report;
    }

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull => outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    private sealed class Lines : ILogger<Inspectors>
    {
        public List<string> Warnings { get; } = [];

        public List<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel is LogLevel.Warning or LogLevel.Error)
            {
                (logLevel == LogLevel.Warning ? Warnings : Errors).Add(formatter(state, exception));
            }
        }
    }
}
