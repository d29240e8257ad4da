namespace Gateway.Core.Manifests;

/// <summary>Names in a published directory beside the artifact's own files.</summary>
public static class PublishedFiles
{
    /// <summary>Directory of the documents; no artifact may have a file in it.</summary>
    public const string Directory = ".gateway";

    /// <summary>The release with its approvals, a DSSE envelope.</summary>
    public const string Release = "release.dsse.json";

    /// <summary>The submitter's manifest, a DSSE envelope.</summary>
    public const string Manifest = "manifest.dsse.json";

    /// <summary>The low gateway's inspection, a DSSE envelope.</summary>
    public const string Inspection = "inspection.dsse.json";

    /// <summary>What the high side found, JSON.</summary>
    public const string Verdict = "verdict.json";

    /// <summary>At the top of a version: says that it is whole, see <see cref="SuccessMarker"/>.</summary>
    public const string Success = "_SUCCESS";

    /// <summary>At the top of what is left of a version that was revoked: says why. No artifact may have a file of that name.</summary>
    public const string Revoked = "_REVOKED";

    /// <summary>The same of a version that was retired.</summary>
    public const string Retired = "_RETIRED";

    /// <summary>Symbolic link beside the versions to the one with the highest sequence.</summary>
    public const string Current = "current";
}
