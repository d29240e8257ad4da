using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.Fuzz.Targets;

/// <summary>What inspection promises of any bytes under a name, whatever they are. Says nothing of whether the answer is right: that is for vectors.</summary>
internal sealed class InspectionRules
{
    /// <summary>The rule that an endless input breaks.</summary>
    public const string Slow = "processor time";

    /// <summary>Most bytes allocated by one inspection, beside a part in proportion to the input: the longest things that a verifier holds are of 16 and 32 MiB.</summary>
    private const long AllocatedBytes = 64 << 20;

    private const long AllocatedBytesPerByte = 64;

    /// <summary>Most processor time of one input, with instrumentation and a compiler at work beside it: what takes so long for some KiB is not linear.</summary>
    private static readonly TimeSpan ProcessorTime = TimeSpan.FromSeconds(20);

    private readonly ArtifactPath path;
    private readonly FileFormat claimed;
    private readonly WholenessRules wholeness;

    public InspectionRules(string path, FileFormat claimed)
    {
        this.claimed = claimed;
        BrokenRuleException.Unless(ArtifactPath.Parse(path).Succeeded(out this.path, out _), "target", () => path);
        wholeness = new(this.path, claimed);
    }

    public void Try(byte[] input)
    {
        var before = (Allocated: GC.GetAllocatedBytesForCurrentThread(), Processor: Environment.CpuUsage.TotalTime);
        var ahead = new ReadAhead(input);
        var inspection = Inspecting.File(path, input, Math.Max(1, input.Length), ahead.Read);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before.Allocated;
        BrokenRuleException.Unless(allocated <= AllocatedBytes + (AllocatedBytesPerByte * input.Length), "memory", () => $"{allocated} bytes allocated");
        var spent = Environment.CpuUsage.TotalTime - before.Processor;
        BrokenRuleException.Unless(spent <= ProcessorTime, Slow, () => $"{spent.TotalSeconds} s");

        CheckAnswer(inspection);
        CheckDocument(inspection);
        Inspecting.CheckSame(inspection, Inspecting.File(path, input, 1 + (input.Length / 3), Inspecting.Reader(input)), "the same in other chunks");
        CheckBlocks(input);
        wholeness.Check(input, inspection, ahead);
    }

    private static void CheckAnswer(FileInspection inspection)
    {
        BrokenRuleException.Unless(
            inspection.Accepted || (inspection.Findings.Count == 1 && inspection.Summary.Count == 0 && inspection.TensorRows.Count == 0 && inspection.Refusal is not null), "refuses alone", () => Inspecting.Text(inspection));
        BrokenRuleException.Unless(!inspection.Accepted || inspection.Format != FileFormat.Unknown, "unknown is refused", () => Inspecting.Text(inspection));
        BrokenRuleException.Unless(
            inspection.Findings.All(f => f.Offset is null || (f.Offset >= 0 && f.Offset <= inspection.Bytes)), "offsets are within the file", () => Inspecting.Text(inspection));
        var said = inspection.Findings.SelectMany(f => (string[])[f.Code, f.Message, f.Evidence]).Concat(inspection.Summary.SelectMany(s => (string[])[s.Name, s.Value]));
        BrokenRuleException.Unless(said.All(t => t.All(c => c is >= ' ' and <= '~')), "printable ASCII", () => Inspecting.Text(inspection));
    }

    /// <summary>What was found fits the signed document, and is read from it as it was.</summary>
    private static void CheckDocument(FileInspection inspection)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(inspection, inspection.Format.Name());
        var payload = artifact.Complete().ToReport(default).Payload;
        var isRead = InspectionReport.Parse(payload).Succeeded(out var report, out var refusal);
        BrokenRuleException.Unless(isRead && report!.ToPayload().AsSpan().SequenceEqual(payload.Span), "report is read", () => $"{refusal} {Inspecting.Text(inspection)}");
    }

    /// <summary>
    /// A verifier sees a short file as one block. Cut into small blocks it must say the same, or what it says of a long file would depend on where a block ends.
    /// Of several faults in one block it may name any.
    /// </summary>
    private void CheckBlocks(byte[] input)
    {
        if (claimed == FileFormat.Unknown || input.Length == 0)
        {
            return;
        }

        var (whole, cut) = (Verify(input, isCut: false), Verify(input, isCut: true));
        if (whole.Accepted || cut.Accepted)
        {
            Inspecting.CheckSame(whole, cut, "the same in other blocks");
        }
    }

    private FileInspection Verify(byte[] input, bool isCut)
    {
        // A tar is read in blocks of 512 bytes, which blocks of inspection are a multiple of. What content begins with is in its first block, and in media a kilobyte in which no PDF may begin.
        const int unit = 512;
        var first = claimed is FileFormat.Png or FileFormat.Jpeg or FileFormat.WebP or FileFormat.Wav or FileFormat.Flac ? 4 * unit : unit;
        using var verifier = FormatTable.Of(claimed).Verify(new FileContent(path.Value, input.Length, Inspecting.Reader(input)));
        for (var at = 0; at < input.Length;)
        {
            var bytes = !isCut ? input.Length : at == 0 ? first : claimed == FileFormat.WebDataset ? unit : 1 + (at * 7 % 61);
            bytes = Math.Min(bytes, input.Length - at);
            verifier.Append(input.AsSpan(at, bytes));
            at += bytes;
        }

        verifier.Complete();
        var found = new FileInspection(path, input.Length, claimed, verifier.Refusal is { } refusal ? [refusal] : [], []);
        return verifier.Refusal is null ? verifier.Attach(found with { Findings = [.. verifier.Warnings], Summary = verifier.Summarise() }) : found;
    }
}
