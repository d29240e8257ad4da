namespace Gateway.Core.Manifests;

/// <summary>What a manifest says beside its files.</summary>
/// <param name="Artifact">Name, version and kind.</param>
/// <param name="Class">Class of the trust root; empty for none.</param>
/// <param name="Submitter">Id of the submitting person.</param>
/// <param name="Purpose">Why it is wanted, for the approvers.</param>
/// <param name="Licence">SPDX expression, or empty.</param>
/// <param name="Source">Where it came from, or empty.</param>
public sealed record ManifestHead(ArtifactName Artifact, string Class, string Submitter, string Purpose, string Licence, string Source)
{
    /// <summary>Longest purpose, in characters: a screen of text.</summary>
    public const int MaximumPurposeLength = 4096;

    /// <summary>Longest licence, in characters: an SPDX expression of several.</summary>
    public const int MaximumLicenceLength = 256;

    /// <summary>Longest source, in characters: as URLs are commonly limited.</summary>
    public const int MaximumSourceLength = 2048;

    /// <summary>The first member that breaks a rule, or null.</summary>
    internal string? Fault()
    {
        if (Class.Length > 0 && !StatementText.IsId(Class))
        {
            return "class";
        }

        if (!StatementText.IsId(Submitter))
        {
            return "submitter";
        }

        if (string.IsNullOrWhiteSpace(Purpose) || Purpose.Length > MaximumPurposeLength || !StatementText.IsPlain(Purpose))
        {
            return "purpose: plain text that is not empty";
        }

        if (Licence.Length > MaximumLicenceLength || !StatementText.IsPlain(Licence))
        {
            return "licence";
        }

        return Source.Length > MaximumSourceLength || !StatementText.IsPlain(Source) ? "source" : null;
    }
}
