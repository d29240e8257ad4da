using System.Collections.Frozen;

namespace Gateway.Core.Inspection;

/// <summary>From a finding back to the refusal it stands for.</summary>
internal static class InspectionRefusal
{
    private static readonly FrozenDictionary<string, RefusalCode> Codes =
        RefusalCatalogue.Entries.ToFrozenDictionary(e => e.Name, e => e.Code, StringComparer.Ordinal);

    /// <summary>The refusal of the first finding that refuses, or null. One under a code that is no refusal's is a worker's that went wrong.</summary>
    public static Refusal? Of(IEnumerable<Finding> findings, string subject)
    {
        var finding = findings.FirstOrDefault(f => f.Severity == Severity.Refused);
        return finding is null ? null : new Refusal(Codes.GetValueOrDefault(finding.Code, RefusalCode.InspectorFailed), $"{subject}: {finding.Message}");
    }
}
