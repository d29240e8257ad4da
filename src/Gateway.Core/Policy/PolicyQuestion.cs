using Gateway.Core.Manifests;

namespace Gateway.Core.Policy;

/// <summary>What both sides ask of policy: may this artifact be imported? Everything that a rule can see is here, summed up by the host
/// because Cedar has no loops. Values come from verified documents and from this side's own inspection, never from a peer.</summary>
public sealed record PolicyQuestion
{
    /// <summary>Person id of who signed the manifest, or who owns the machine that did.</summary>
    public required string Submitter { get; init; }

    public required ArtifactName Artifact { get; init; }

    /// <summary>The site's word for its sensitivity; null where the submitter named none.</summary>
    public string? Class { get; init; }

    /// <summary>Enclave id.</summary>
    public required string Destination { get; init; }

    /// <summary>Lane id.</summary>
    public required string Lane { get; init; }

    /// <summary>Every format that inspection detected, each once.</summary>
    public required IReadOnlySet<string> Formats { get; init; }

    /// <summary>Every code among the findings, each once.</summary>
    public required IReadOnlySet<string> FindingCodes { get; init; }

    /// <summary>Every severity among the findings, each once.</summary>
    public required IReadOnlySet<string> Severities { get; init; }

    /// <summary>Number of files.</summary>
    public required int Files { get; init; }

    /// <summary>Bytes of all files together.</summary>
    public required long Bytes { get; init; }

    /// <summary>SPDX expression; null where the submitter stated none.</summary>
    public string? Licence { get; init; }

    /// <summary>Distinct person ids whose approvals were verified; empty before anybody has signed.</summary>
    public IReadOnlyCollection<string> Approvers { get; init; } = [];
}
