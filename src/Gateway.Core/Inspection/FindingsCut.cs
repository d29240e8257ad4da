using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>
/// Leaves out what a report has no room for of findings that do not refuse. First go messages and evidence, from the last file on backwards, of what informs before what warns; where that
/// is not enough, findings are counted by code for the whole artifact. Codes and severities stay, because policy asks for them, and so does all that refuses.
/// </summary>
internal sealed class FindingsCut
{
    /// <summary>Room for what is said of it: a total, and a count for each code that warns or informs.</summary>
    private const int SaidBytes = 16 << 10;

    /// <summary>Bytes of a finding in the document beside its code and severity, where nothing else is told of it.</summary>
    private static readonly int BareBytes = """{"code":"","severity":"","offset":0,"message":"","evidence":""}""".Length;

    private static readonly Severity[] LightestFirst = [Severity.Info, Severity.Warning];

    private readonly InspectedFile[] files;
    private readonly SortedDictionary<(int Rank, string Code), (int Findings, int Files)> counted = [];
    private long excess;

    private FindingsCut(IReadOnlyList<InspectedFile> files, long excess) => (this.files, this.excess) = ([.. files], excess);

    /// <summary>The report shorter by <paramref name="excess"/> bytes, or by as many as its findings have.</summary>
    public static InspectionReport Shorten(InspectionReport report, long excess)
    {
        var cut = new FindingsCut(report.Files, excess + SaidBytes);
        foreach (var severity in LightestFirst)
        {
            cut.Silence(severity);
        }

        foreach (var severity in LightestFirst)
        {
            cut.Count(severity);
        }

        return report with
        {
            Files = cut.files,
            ArtifactFindings = [.. report.ArtifactFindings, .. cut.Counts()],
            Totals = [.. report.Totals, .. cut.Said(report.Files.Sum(f => f.Findings.Count))],
        };
    }

    private void Silence(Severity severity)
    {
        for (var i = files.Length - 1; i >= 0 && excess > 0; i--)
        {
            var heard = files[i].Findings.Where(f => f.Severity == severity && f.Message.Length + f.Evidence.Length > 0).ToList();
            if (heard.Count > 0)
            {
                files[i] = files[i] with { Findings = [.. files[i].Findings.Select(f => f.Severity == severity ? f with { Message = "", Evidence = "" } : f)] };
                // Not less than these: a character is a byte or more.
                excess -= heard.Sum(f => f.Message.Length + f.Evidence.Length);
            }
        }
    }

    private void Count(Severity severity)
    {
        for (var i = files.Length - 1; i >= 0 && excess > 0; i--)
        {
            foreach (var (code, findings) in files[i].Findings.Where(f => f.Severity == severity).CountBy(f => f.Code))
            {
                var before = counted.GetValueOrDefault((-(int)severity, code));
                counted[(-(int)severity, code)] = (before.Findings + findings, before.Files + 1);
                excess -= (long)findings * (BareBytes + code.Length + severity.Name().Length);
            }

            files[i] = files[i] with { Findings = [.. files[i].Findings.Where(f => f.Severity != severity)] };
        }
    }

    private IEnumerable<Finding> Counts() => counted.Select(c => new Finding(
        c.Key.Code, (Severity)(-c.Key.Rank), null, $"{Findings.Number(c.Value.Findings)} in {Findings.Number(c.Value.Files)} files, of which no more is said"));

    private IEnumerable<SummaryEntry> Said(int all)
    {
        var silent = files.Sum(f => f.Findings.Count(n => n.Message.Length == 0));
        var unlisted = counted.Values.Sum(c => c.Findings);
        var how = $"{Findings.Number(silent)} without message and evidence{(unlisted == 0 ? "" : $" and {Findings.Number(unlisted)} only counted by code")}";
        return silent + unlisted == 0 ? [] : [new("findings", $"{Findings.Number(all)}, of which {how}: the inspection has no room for more")];
    }
}
