using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class InspectionVectorTests(ITestOutputHelper output)
{
    public static TheoryData<string> Files => [.. InspectionVectors.All.Select(v => v.File).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_vector_is_answered_as_it_says(string file)
    {
        var wrong = new List<string>();
        foreach (var vector in InspectionVectors.All.Where(v => v.File == file).Select(v => v.Case))
        {
            var inspection = Inspected.File(vector.Path, vector.Input);
            var summary = inspection.Summary.ToDictionary(s => s.Name, s => s.Value);
            if (inspection.Format.Name() != vector.Format || inspection.Accepted != vector.Accepted || !inspection.Codes().SequenceEqual(vector.Codes)
                || (vector.Summary is { } expected && !summary.OrderBy(s => s.Key).SequenceEqual(expected.OrderBy(s => s.Key))))
            {
                wrong.Add($"{vector.Name}: expected {vector.Format} [{string.Join(' ', vector.Codes)}], got {inspection.Text()}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Findings_are_printable_ASCII_and_refuse_alone()
    {
        foreach (var (file, vector) in InspectionVectors.All)
        {
            var inspection = Inspected.File(vector.Path, vector.Input);
            Assert.All(inspection.Findings, f => Assert.True(f.Message.All(c => c is >= ' ' and <= '~'), $"{file} {vector.Name}: {f.Message}"));
            Assert.True(
                inspection.Accepted || (inspection.Findings.Count == 1 && inspection.Summary.Count == 0 && inspection.Refusal is not null), vector.Name);
        }
    }

    [Fact]
    public void Every_inspection_is_carried_by_the_signed_document_unchanged()
    {
        foreach (var (file, vector) in InspectionVectors.All)
        {
            var artifact = new ArtifactInspector(ArtifactKind.Dataset);
            artifact.Add(Inspected.File(vector.Path, vector.Input), vector.Format);
            var payload = artifact.Complete().ToReport(default).Payload;
            Assert.True(InspectionReport.Parse(payload).Succeeded(out var report, out var refusal), $"{file} {vector.Name}: {refusal}");
            Assert.Equal(payload, report.ToPayload());
        }
    }

    /// <summary>What a site asks of a filter first: does it stop good work, and does it let anything through.</summary>
    [Fact]
    public void No_good_file_is_refused_and_no_hostile_one_accepted()
    {
        var (good, hostile, falseRefusals, falseAcceptances) = (0, 0, new List<string>(), new List<string>());
        foreach (var (file, vector) in InspectionVectors.All)
        {
            var isAccepted = Inspected.File(vector.Path, vector.Input).Accepted;
            if (vector.Accepted)
            {
                good++;
                falseRefusals.AddRange(isAccepted ? [] : [$"{file}: {vector.Name}"]);
            }
            else
            {
                hostile++;
                falseAcceptances.AddRange(isAccepted ? [$"{file}: {vector.Name}"] : []);
            }
        }

        output.WriteLine($"{good} good files, {falseRefusals.Count} refused; {hostile} hostile files, {falseAcceptances.Count} accepted");
        Assert.Empty(falseRefusals);
        Assert.Empty(falseAcceptances);
        Assert.True(good > 100 && hostile > 300, "the vectors are not where they should be");
    }
}
