namespace Gateway.Core.Manifests;

/// <summary>What a manifest says beside its files.</summary>
/// <param name="Artifact">Name, version and kind.</param>
/// <param name="Class">Class of the trust root; empty for none.</param>
/// <param name="Submitter">Id of the submitting person.</param>
/// <param name="Purpose">Why it is wanted, for the approvers.</param>
/// <param name="Licence">SPDX expression, or empty.</param>
/// <param name="Source">Where it came from, or empty.</param>
public sealed record ManifestHead(ArtifactName Artifact, string Class, string Submitter, string Purpose, string Licence, string Source);
