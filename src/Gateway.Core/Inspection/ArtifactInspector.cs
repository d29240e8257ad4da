using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection;

/// <summary>Collects the inspections of an artifact's files in manifest order and judges what only shows when they are seen together.</summary>
public sealed class ArtifactInspector
{
    /// <summary>Version of the rules. Raise it with every change that can alter a finding, summary or limit: both sides compare it.</summary>
    public const string VerifierVersion = "1";

    private readonly ArtifactKind kind;
    private readonly List<FileInspection> files = [];

    public ArtifactInspector(ArtifactKind kind) => this.kind = kind;

    /// <summary>Adds the next file and the format that the manifest declares for it (<see cref="FileFormats.Name"/>); another one is FORMAT_MISMATCH.</summary>
    public void Add(FileInspection file, string declared)
    {
        ArgumentNullException.ThrowIfNull(file);
        files.Add(file);
    }

    /// <summary>Ends the artifact.</summary>
    public ArtifactInspection Complete() => throw new NotSupportedException($"Artifact-wide checks of a {kind}.");
}
