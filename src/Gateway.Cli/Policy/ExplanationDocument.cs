using System.Globalization;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Core.Policy;

namespace Gateway.Cli.Policy;

/// <summary>What <c>policy explain --json</c> prints.</summary>
/// <param name="Transfer">Its id.</param>
/// <param name="Policy">Name of the bundle.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="IsPinned">True where the context pins this bundle.</param>
/// <param name="Decision"><c>permit</c> or <c>deny</c>.</param>
/// <param name="Approvals">With so many it is permitted; where it is denied, so many were tried.</param>
/// <param name="Rules">Those that decide; none where no rule permits it.</param>
/// <param name="Saw">What the rules see, as the schema names it; what is absent is left out.</param>
internal sealed record ExplanationDocument(
    string Transfer, string Policy, int Version, string Sha256, bool IsPinned, string Decision, int Approvals, IReadOnlyList<RuleView> Rules, IReadOnlyList<SummaryEntry> Saw)
{
    public const string Permit = "permit";

    public static ExplanationDocument Of(string transfer, PolicyBundle bundle, bool isPinned, PolicyQuestion question, PolicyDecision decision, int approvals) => new(
        transfer,
        bundle.Name,
        bundle.Version,
        bundle.Digest.Hex,
        isPinned,
        decision.Permitted ? Permit : "deny",
        approvals,
        [.. decision.Rules.Select(RuleView.Of)],
        [.. Facts(question).Where(fact => fact.Value.Length > 0)]);

    private static IEnumerable<SummaryEntry> Facts(PolicyQuestion question)
    {
        yield return new("principal", question.Submitter);
        yield return new("kind", question.Artifact.Kind == ArtifactKind.Checkpoint ? "checkpoint" : "dataset");
        yield return new("name", question.Artifact.FullName);
        yield return new("version", question.Artifact.Version);
        yield return new("class", question.Class ?? "");
        yield return new("licence", question.Licence ?? "");
        yield return new("destination", question.Destination);
        yield return new("lane", question.Lane);
        yield return new("files", Number(question.Files));
        yield return new("bytes", Number(question.Bytes));
        yield return new("formats", List(question.Formats));
        yield return new("verifiers", List(question.Verifiers));
        yield return new("findings", List(question.FindingCodes));
        yield return new("severities", List(question.Severities));
        yield return new("notChecked", List(question.NotChecked));
        yield return new("tensors", Number(question.Tensors));
        yield return new("parameters", Number(question.Parameters));
        yield return new("rows", Number(question.Rows));
        yield return new("secondOpinion", question.SecondOpinion is { } opinion
            ? $"{opinion.Engine}, signatures {(opinion.SignatureAgeDays is { } days ? $"{Number(days)} days old" : "of unknown age")}, "
                + $"{Number(opinion.ScannedFiles)} files scanned, {Number(opinion.UnscannedFiles)} not"
            : "");
    }

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string List(IReadOnlySet<string> words) => string.Join(", ", words.Order(StringComparer.Ordinal));
}
