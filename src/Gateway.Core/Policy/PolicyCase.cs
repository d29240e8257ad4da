using Gateway.Core.Manifests;

namespace Gateway.Core.Policy;

/// <summary>A question with the answer that the bundle's authors promise.</summary>
/// <param name="File">File of the bundle that holds it.</param>
/// <param name="Name">What it shows, one phrase.</param>
/// <param name="Permitted">The decision it expects.</param>
/// <param name="RuleIds">The rules it expects to determine the decision, in ordinal order.</param>
public sealed record PolicyCase(string File, string Name, bool Permitted, IReadOnlyList<string> RuleIds)
{
    internal PolicyQuestion Question { get; private init; } = null!;

    internal Approvals Approvals { get; private init; } = null!;

    internal static Outcome<PolicyCase> From(string file, CaseDocument document)
    {
        var kind = document.Request.Kind switch
        {
            "checkpoint" => ArtifactKind.Checkpoint,
            "dataset" => ArtifactKind.Dataset,
            _ => default,
        };
        if (!ArtifactName.Parse(kind, document.Request.Name, document.Request.Version).Succeeded(out var artifact, out var refusal))
        {
            return Invalid(file, document, refusal.Detail);
        }

        if (HasNull(document.Request.Formats) || HasNull(document.Request.Findings) || HasNull(document.Request.Severities)
            || HasNull(document.Request.Verifiers ?? []) || HasNull(document.Request.NotChecked ?? []) || HasNull(document.Expect.Rules) || HasNull(document.Approvers ?? []))
        {
            return Invalid(file, document, "a list holds null");
        }

        if (document.Expect.Decision is not ("permit" or "deny"))
        {
            return Invalid(file, document, "decision is permit or deny");
        }

        if ((document.Approvals is null) == (document.Approvers is null) || document.Approvals < 0)
        {
            return Invalid(file, document, "give either approvals or approvers");
        }

        return new PolicyCase(file, document.Name, document.Expect.Decision == "permit", [.. document.Expect.Rules.Order(StringComparer.Ordinal)])
        {
            Question = QuestionOf(document.Request, artifact),
            Approvals = document.Approvers is { } people ? Approvals.By(people) : Approvals.Unsigned(document.Approvals ?? 0),
        };
    }

    private static PolicyQuestion QuestionOf(RequestDocument request, ArtifactName artifact) => new()
    {
        Submitter = request.Submitter,
        Artifact = artifact,
        Class = request.Class,
        Destination = request.Destination,
        Lane = request.Lane,
        Formats = new SortedSet<string>(request.Formats, StringComparer.Ordinal),
        FindingCodes = new SortedSet<string>(request.Findings, StringComparer.Ordinal),
        Severities = new SortedSet<string>(request.Severities, StringComparer.Ordinal),
        Verifiers = new SortedSet<string>(request.Verifiers ?? [], StringComparer.Ordinal),
        NotChecked = new SortedSet<string>(request.NotChecked ?? [], StringComparer.Ordinal),
        Tensors = request.Tensors,
        Parameters = request.Parameters,
        Rows = request.Rows,
        SecondOpinion = request.SecondOpinion is { } o ? new SecondOpinion(o.Engine, o.SignatureAgeDays, o.ScannedFiles, o.UnscannedFiles) : null,
        Files = request.Files,
        Bytes = request.Bytes,
        Licence = request.Licence,
    };

    // The strict reader takes nulls for elements of arrays.
    private static bool HasNull(string[] values) => values.Any(value => value is null);

    private static Refusal Invalid(string file, CaseDocument document, string detail) =>
        new(RefusalCode.PolicyInvalid, $"{file}, case {document.Name}: {detail}");
}

/// <summary>What came of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Decision">What the rules decided.</param>
/// <param name="Passed">True where decision and determining rules are the expected ones.</param>
public sealed record PolicyCaseResult(PolicyCase Case, PolicyDecision Decision, bool Passed);
