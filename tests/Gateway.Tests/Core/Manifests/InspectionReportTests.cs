using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Tests.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Manifests;

public sealed class InspectionReportTests
{
    private static readonly Gen<Finding> Findings = Gen.Select(Gen.Enum<Severity>(), Gen.Long[0, long.MaxValue].Nullable(), Texts())
        .Select((severity, offset, message) => new Finding("BIDI_CONTROL", severity, offset, message));

    private static readonly Gen<TensorRow> Tensors = Gen.Select(Texts(), Gen.Long[0, long.MaxValue].Array[0, 4], Gen.Long[0, long.MaxValue], Gen.Int)
        .Select((name, shape, bytes, seed) => new TensorRow(name, "BF16", shape, bytes, Digest.Of(BitConverter.GetBytes(seed))));

    private static readonly Gen<TensorDifference> Differences = Gen.Select(Texts().Array[0, 3], Gen.Int[0, int.MaxValue])
        .Select((names, count) => new NamedTensors(count, names)).Array[4].Select(d => new TensorDifference(d[0], d[1], d[2], d[3]));

    private static readonly Gen<InspectionReport> Reports = Gen.Select(
            Gen.Select(Findings.Array[0, 3], Gen.Select(Texts(), Texts()).Array[0, 3], Tensors.Array[0, 3]).Array[1, 4], Findings.Array[0, 2], Gen.Bool, Differences.Null())
        .Select((files, findings, hasPrevious, tensors) => Report(Digest.Of("manifest"u8)) with
        {
            Files = [.. files.Select(f => new InspectedFile("json", "json/1", f.Item1, [.. f.Item2.Select(s => new SummaryEntry(s.Item1, s.Item2))], f.Item3))],
            ArtifactFindings = findings,
            Previous = hasPrevious ? new PreviousVersion("0.9", Digest.Of("previous"u8), 1, 2, 3, tensors) : null,
        });

    /// <summary>Messages quote files, so they may hold anything that a string may.</summary>
    [Fact]
    public void A_report_survives_its_payload_whatever_it_quotes() =>
        Reports.Sample(report =>
        {
            var payload = report.ToPayload();
            var read = Value(InspectionReport.Parse(payload));
            Assert.Equal(payload, read.ToPayload());
            Assert.Equal(report.Previous, read.Previous);
            Assert.Equal(report.Files.SelectMany(f => f.Findings), read.Files.SelectMany(f => f.Findings));
            Assert.Equal(report.Files.SelectMany(f => f.Summary), read.Files.SelectMany(f => f.Summary));
            Assert.Equal(report.Files.SelectMany(f => f.Tensors).Select(t => (t.Name, t.Bytes, t.Digest)), read.Files.SelectMany(f => f.Tensors).Select(t => (t.Name, t.Bytes, t.Digest)));
            Assert.Equal(report.Files.SelectMany(f => f.Tensors).SelectMany(t => t.Shape), read.Files.SelectMany(f => f.Tensors).SelectMany(t => t.Shape));
        });

    /// <summary>Escapes of RFC 8785: quote, backslash, control characters in lower-case hex, and nothing else.</summary>
    [Fact]
    public void Escapes_do_not_depend_on_the_platforms_unicode_version()
    {
        var text = "\"\\\b\t\n\f\r\u001f\u007f</é\u2028\u202e\u0378\uffff😀";
        var payload = Encoding.UTF8.GetString((Report(Digest.Of("m"u8)) with { NotChecked = [text] }).ToPayload());
        Assert.Contains("[\"\\\"\\\\\\b\\t\\n\\f\\r\\u001f\u007f</é\u2028\u202e\u0378\uffff😀\"]", payload, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"previous\":null", "\"previous\":{}")]
    [InlineData("\"severity\":\"warning\"", "\"severity\":\"Warning\"")]
    [InlineData("\"severity\":\"warning\"", "\"severity\":\"none\"")]
    [InlineData("\"offset\":null", "\"offset\":-1")]
    [InlineData("\"name\":\"manifest\"", "\"name\":\"other\"")]
    [InlineData("\"notChecked\":[", "\"notChecked\":[1,")]
    [InlineData("\"findings\":[", "\"findings\":[[],")]
    public void Another_schema_is_refused(string from, string to)
    {
        var report = Report(Digest.Of("m"u8)) with { ArtifactFindings = [new Finding("A", Severity.Warning, null, "b")] };
        var text = Encoding.UTF8.GetString(report.ToPayload());
        var changed = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(InspectionReport.Parse(Encoding.UTF8.GetBytes(changed))));
    }

    [Fact]
    public void Too_many_findings_are_refused()
    {
        var findings = Enumerable.Repeat(new Finding("A", Severity.Info, 0, ""), InspectionReport.MaximumEntries + 1).ToArray();
        var report = Report(Digest.Of("m"u8)) with { ArtifactFindings = findings };
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(InspectionReport.Parse(report.ToPayload())));
    }

    private static Gen<string> Texts() =>
        Gen.String[Gen.OneOf(Gen.Char['\0', '\u00ff'], Gen.Char['\u2000', '\u20ff'], Gen.Char['\uE000', '\uFFFF']), 0, 30];
}
