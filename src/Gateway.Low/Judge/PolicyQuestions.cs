using Gateway.Core.Policy;
using Gateway.Low.Inspect;

namespace Gateway.Low.Judge;

/// <summary>What this side asks of policy, from verified documents only.</summary>
internal static class PolicyQuestions
{
    public static PolicyQuestion Of(Inspected inspected, IReadOnlyCollection<string> approvers) => PolicyQuestion.About(
        inspected.Submitted.Manifest.Manifest,
        inspected.Inspection.Report,
        inspected.Submitted.Manifest.Submitter.Person.Id,
        inspected.Submitted.Transfer.Destination,
        inspected.Submitted.Transfer.Lane,
        approvers);
}
