using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Core.Trust;
using Gateway.Low.Inspect;
using Gateway.Storage.Low;

namespace Gateway.Low.Judge;

/// <summary>Asks policy and proposes the release that people may sign.</summary>
internal sealed class Judgement(LowCatalog catalog, TrustRoot root, ActivePolicy policy, ReleaseOptions options, TimeProvider time)
{
    /// <summary>Refuses with <see cref="RefusalCode.PolicyDenied"/>, <see cref="RefusalCode.PolicyFailed"/> or <see cref="RefusalCode.TrustRootExpired"/>.</summary>
    public async Task<Outcome<Judged>> ProposeAsync(Inspected inspected, CancellationToken cancellation)
    {
        using var activity = LowTelemetry.Activities.StartActivity("judge");
        var now = WholeSeconds(time.GetUtcNow());
        if (now >= root.Expires)
        {
            return new Refusal(RefusalCode.TrustRootExpired, $"version {root.Version}");
        }

        var question = PolicyQuestions.Of(inspected, []);
        if (!policy.RequiredApprovals(question, MostApprovers()).Succeeded(out var byPolicy, out var refusal))
        {
            return refusal;
        }

        var required = Math.Max(byPolicy.Count, root.ThresholdOf(question.Class));
        var transfer = inspected.Submitted.Transfer;
        var proposed = await catalog.ProposeAsync(
            transfer.Id,
            sequence =>
            {
                var release = ReleaseBinding.Build(inspected.Submitted.Manifest, inspected.Inspection, new ReleaseContext
                {
                    Sequence = sequence,
                    Destination = transfer.Destination,
                    Lane = transfer.Lane,
                    PolicyDigest = policy.Bundle.Digest,
                    PolicyVersion = policy.Bundle.Version,
                    TrustRootVersion = root.Version,
                    TransferId = transfer.Id,
                    NotBefore = now,
                    NotAfter = now.AddDays(options.ValidityDays),
                });
                var payload = release.ToPayload();
                return new ReleaseProposal(
                    Digest.Of(payload), payload, required, [.. byPolicy.Rules.Select(rule => rule.Id)], release.NotAfter);
            },
            cancellation);
        return proposed.Succeeded(out var record, out refusal) ? Judged.Of(record) : refusal;
    }

    /// <summary>More approvals than there are approvers can never come together.</summary>
    private int MostApprovers() => root.Contents.People.Count(person => person.Roles.Contains(Role.Approver));

    private static DateTimeOffset WholeSeconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeSeconds(instant.ToUnixTimeSeconds());
}
