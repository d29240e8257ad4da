using System.Buffers.Binary;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Isolation;
using Gateway.Core.Manifests;
using Gateway.Fuzz.Corpora;

namespace Gateway.Fuzz.Targets;

/// <summary>What is promised of anything that a worker answers: one that was taken over may answer anything.</summary>
internal static class DocumentRules
{
    private const int FrameBytes = 1 << 16;

    /// <summary>A report is refused, or is spelt as it would be written.</summary>
    public static void TryReport(byte[] input)
    {
        if (InspectionReport.Parse(input).Succeeded(out var report, out _))
        {
            BrokenRuleException.Unless(report.ToPayload().AsSpan().SequenceEqual(input), "one spelling", () => "it is read, and written otherwise");
        }
    }

    /// <summary>A frame is read as far as it says, or not at all.</summary>
    public static void TryFrame(byte[] input)
    {
        using var stream = new MemoryStream(input);
        try
        {
            var content = Frame.ReadAsync(stream, FrameBytes, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            BrokenRuleException.Unless(content.Length == BinaryPrimitives.ReadInt32LittleEndian(input) && stream.Position == content.Length + sizeof(int), "not a byte more", () => "");
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
        }

        try
        {
            _ = ConfinementReport.Of(input);
        }
        catch (System.Text.Json.JsonException)
        {
        }
    }

    /// <summary>One report for each way in which vectors are answered.</summary>
    public static IEnumerable<byte[]> Reports(VectorFiles vectors) =>
        vectors.All.Where(v => v.Input.Length < 4096).DistinctBy(v => (v.Format, v.Accepted, string.Join(' ', v.Codes)))
            .Select(v => new InspectionReport
            {
                ManifestDigest = Digest.Of([]),
                VerifierVersion = ArtifactInspector.VerifierVersion,
                Files = [new InspectedFile(v.Format, v.Format, [.. v.Codes.Select(c => new Finding(c, Severity.Warning, v.Input.Length, v.Path, v.Format))], [new("rows", "1")], [new(v.Path, "BF16", [1, v.Input.Length], v.Input.Length, Digest.Of(v.Input))])],
                ArtifactFindings = [],
                Totals = [new("files", "1")],
                NotChecked = ["meaning of text"],
                Previous = v.Accepted ? new PreviousVersion("1", Digest.Of([]), 1, 2, 3, new(new(1, [v.Path]), new(0, []), new(0, []), new(0, []))) : null,
                SecondOpinion = v.Accepted ? new SecondOpinion("ClamAV 1.4.3", 1, 2, 3) : null,
            }.ToPayload());

    public static IEnumerable<byte[]> Frames(VectorFiles vectors) =>
    [
        [0, 0, 0, 0],
        [3, 0, 0, 0, 1, 2, 3],
        [255, 255, 255, 255, 0],
        new ConfinementReport(6, FiltersSystemCalls: true).ToBytes(),
    ];
}
