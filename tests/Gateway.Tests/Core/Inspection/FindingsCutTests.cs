using System.Buffers.Text;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Policy;
using Gateway.Core.Wire;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>What becomes of the findings of an artifact when a report has no room for all of them.</summary>
public sealed class FindingsCutTests
{
    private static readonly Finding Urls = Findings.Inform("URLS", 1, $"URLs: {new string('i', 200)}", "https://example.com/");
    private static readonly Finding Keys = Findings.Warn("KEYS", 2, $"keys: {new string('w', 200)}", "AKIA");
    private static readonly Finding Refusing = Findings.Refuse(RefusalCode.PickleRefused, 0, "a pickle");

    /// <summary>Twice over the same files, as both sides do.</summary>
    [Fact]
    public void Many_files_with_findings_fit_with_their_codes_and_without_the_words_of_the_last()
    {
        var written = Report(Texts(100_000, [], Urls, Keys));
        Assert.InRange(written.Payload.Length, SessionRoom.MaximumReportBytes - (1 << 20), SessionRoom.MaximumReportBytes);
        var report = Parsed(written.Payload);
        Assert.Equal(written.Payload.Span, Report(Texts(100_000, [], Urls, Keys)).Payload.Span);
        Assert.Equal(written.Payload.Span, report.ToPayload());

        Assert.Empty(report.ArtifactFindings);
        Assert.Equal([("text", FileFormat.Text.Verifier(), 2)], report.Files.Select(f => (f.Format, f.Verifier, f.Findings.Count)).Distinct());
        Assert.Equal([Keys], report.Files.Select(f => f.Findings[1]).Distinct());
        var told = report.Files.Count(f => f.Findings[0] == Urls);
        Assert.InRange(told, 1, 99_999);
        Assert.Equal([Urls], report.Files.Take(told).Select(f => f.Findings[0]).Distinct());
        Assert.Equal([Urls with { Message = "", Evidence = "" }], report.Files.Skip(told).Select(f => f.Findings[0]).Distinct());
        Assert.Equal(
            $"200,000, of which {Findings.Number(100_000 - told)} without message and evidence: the inspection has no room for more", Assert.Single(report.Totals, t => t.Name == "findings").Value);
    }

    [Fact]
    public void What_warns_loses_its_words_only_when_all_that_informs_has_lost_them()
    {
        var report = Parsed(Report(Texts(150_000, [], Urls, Keys)).Payload);
        Assert.Equal([Urls with { Message = "", Evidence = "" }], report.Files.Select(f => f.Findings[0]).Distinct());
        Assert.InRange(report.Files.Count(f => f.Findings[1] == Keys), 1, 149_999);
        Assert.Equal(Keys, report.Files[0].Findings[1]);
    }

    /// <summary>Long summaries leave room for next to no finding.</summary>
    [Fact]
    public void Findings_that_do_not_fit_without_words_are_counted_by_code_and_policy_sees_them_all()
    {
        var files = Texts(600, Summary(6), [.. Enumerable.Repeat(Urls, 200), Keys]);
        var written = Report(files);
        Assert.InRange(written.Payload.Length, 1, SessionRoom.MaximumReportBytes);
        var report = Parsed(written.Payload);
        var left = report.Files.Sum(f => f.Findings.Count(n => n.Code == "URLS"));
        Assert.InRange(left, 1, 119_999);
        var count = Assert.Single(report.ArtifactFindings);
        Assert.Equal(("URLS", Severity.Info), (count.Code, count.Severity));
        Assert.StartsWith($"{Findings.Number(120_000 - left)} in {Findings.Number((120_000 - left) / 200)} files", count.Message, StringComparison.Ordinal);
        Assert.All(report.Files, f => Assert.Equal("KEYS", f.Findings[^1].Code));

        var question = Question(report);
        Assert.True(question.FindingCodes.SetEquals(["URLS", "KEYS"]));
        Assert.True(question.Severities.SetEquals(["info", "warning"]));
    }

    [Fact]
    public void What_refuses_keeps_its_words()
    {
        FileInspection[] files = [.. Texts(600, Summary(6), [.. Enumerable.Repeat(Urls, 200)]), new(Inspected.Path("z"), 1, FileFormat.Unknown, [Refusing], [])];
        Assert.Equal(Refusing, Assert.Single(Parsed(Report(files).Payload).Files[^1].Findings));
    }

    [Fact]
    public void A_report_beside_a_long_manifest_is_short_enough_to_cross_with_it()
    {
        var manifest = new byte[Manifest.MaximumPayloadBytes];
        var written = new ArtifactInspection("1", Texts(100_000, [], Urls, Keys), [], [], []).ToReport(manifest);
        Assert.Equal(Digest.Of(manifest), written.Report.ManifestDigest);
        Assert.True(SessionRoom.Holds(Base64.GetMaxEncodedToUtf8Length(manifest.Length), Base64.GetMaxEncodedToUtf8Length(written.Payload.Length)));
        Assert.True(Base64.GetMaxEncodedToUtf8Length(manifest.Length) + Base64.GetMaxEncodedToUtf8Length(SessionRoom.MaximumReportBytes) > SessionHeader.MaximumBytes);
    }

    [Fact]
    public void A_report_that_fits_says_all()
    {
        var report = Report(Texts(1000, [], Urls, Keys)).Report;
        Assert.All(report.Files, f => Assert.Equal([Urls, Keys], f.Findings));
        Assert.DoesNotContain(report.Totals, t => t.Name == "findings");
    }

    [Fact]
    public void An_artifact_of_which_more_is_to_be_said_than_a_document_holds_is_refused_in_words_beside_what_refuses_first()
    {
        var written = Report([.. Texts(700, Summary(8), Urls), new(Inspected.Path("y"), 1, FileFormat.Unknown, [Refusing], []), new(Inspected.Path("z"), 1, FileFormat.Unknown, [Refusing], [])]);
        var report = Parsed(written.Payload);
        Assert.Equal(["LIMIT_EXCEEDED"], report.ArtifactFindings.Select(f => f.Code));
        Assert.Equal(Refusing, Assert.Single(report.Files.SelectMany(f => f.Findings)));
        Assert.Equal(Refusing, Assert.Single(report.Files[^2].Findings));
        Assert.All(report.Files, f => Assert.Empty(f.Summary));
    }

    private static SummaryEntry[] Summary(int lines) => [.. Enumerable.Range(0, lines).Select(i => new SummaryEntry($"{i}", new string('s', 16_000)))];

    private static FileInspection[] Texts(int files, IReadOnlyList<SummaryEntry> summary, params IReadOnlyList<Finding> findings) =>
        [.. Enumerable.Range(0, files).Select(i => new FileInspection(Inspected.Path($"{i:000000}.txt"), 1, FileFormat.Text, findings, summary))];

    private static WrittenReport Report(FileInspection[] files)
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        foreach (var file in files)
        {
            artifact.Add(file, file.Format.Name());
        }

        return artifact.Complete().ToReport(default);
    }

    private static InspectionReport Parsed(ReadOnlyMemory<byte> payload) =>
        InspectionReport.Parse(payload).Succeeded(out var report, out var refusal) ? report : throw new InvalidOperationException(refusal.ToString());

    private static PolicyQuestion Question(InspectionReport report)
    {
        Assert.True(ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1").Succeeded(out var name, out _));
        Assert.True(Manifest.Create(new ManifestHead(name, "", "alice", "to test", "", ""), [new(Inspected.Path("a"), 1, Digest.Of([]), "text")]).Succeeded(out var manifest, out var refusal), refusal?.ToString());
        return PolicyQuestion.About(manifest, report, "alice", "enclave", "lane", []);
    }
}
