using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;
using Gateway.Storage.High;

namespace Gateway.High.Import;

/// <summary>What is published, as readers over HTTP ask for it: by kind, name and revision.</summary>
internal sealed class Library(HighCatalog catalog, PublishedTree published, PublishedManifests manifests)
{
    /// <summary>Most versions of an artifact that are listed: years of a checkpoint an hour.</summary>
    public const int MaximumVersions = 10_000;

    private const string Branches = "refs/heads/";
    private const string Tags = "refs/tags/";

    /// <summary>The version that <c>current</c> leads to. Refuses with <see cref="RefusalCode.ImportUnknown"/>.</summary>
    public async Task<Outcome<PublishedVersion>> FindCurrentAsync(ArtifactKind kind, string name, CancellationToken cancellationToken) =>
        ArtifactName.Parse(kind, name, "0").Succeeded(out var artifact, out _)
        && (await catalog.FindPublishedAsync(artifact.FoldedName, null, cancellationToken)).Succeeded(out var import, out _)
        && import.Claim is { } claim && claim.Artifact.Kind == kind && claim.Artifact.FullName == name
            ? Open(import)
            : new Refusal(RefusalCode.ImportUnknown, name);

    /// <summary>
    /// A version by what readers call a revision: <c>main</c> or <c>HEAD</c> (the current one), 40 hex digits of its manifest's digest, or the version; also as
    /// <c>refs/heads/…</c> and <c>refs/tags/…</c>. Refuses as <see cref="FindCurrentAsync"/> does and with <see cref="RefusalCode.RevisionUnknown"/>.
    /// </summary>
    public async Task<Outcome<PublishedVersion>> FindAsync(ArtifactKind kind, string name, string revision, CancellationToken cancellationToken)
    {
        var outcome = await FindCurrentAsync(kind, name, cancellationToken);
        if (!outcome.Succeeded(out var current, out var refusal))
        {
            return refusal;
        }

        if (revision is "main" or "HEAD" or Branches + "main")
        {
            return current;
        }

        if (PublishedVersion.IsCommit(revision) && await catalog.FindByManifestPrefixAsync(current.Artifact.FoldedName, revision, cancellationToken) is { } named)
        {
            return Open(named);
        }

        var version = revision.StartsWith(Tags, StringComparison.Ordinal) ? revision[Tags.Length..] : revision;
        return (await FindVersionAsync(kind, name, version, cancellationToken)).Succeeded(out var found, out _)
            ? found
            : new Refusal(RefusalCode.RevisionUnknown, $"{name} at {revision}");
    }

    /// <summary>The current version, by a folded name, for readers whose names have no upper case. Refuses with <see cref="RefusalCode.ImportUnknown"/>.</summary>
    public async Task<Outcome<PublishedVersion>> FindFoldedAsync(ArtifactKind kind, string foldedName, CancellationToken cancellationToken) =>
        (await catalog.FindPublishedAsync(foldedName, null, cancellationToken)).Succeeded(out var import, out var refusal)
            ? import.Claim!.Artifact.Kind == kind ? Open(import) : new Refusal(RefusalCode.ImportUnknown, foldedName)
            : refusal;

    /// <summary>A version by its very name. Refuses with <see cref="RefusalCode.RevisionUnknown"/>.</summary>
    public async Task<Outcome<PublishedVersion>> FindVersionAsync(ArtifactKind kind, string name, string version, CancellationToken cancellationToken) =>
        ArtifactName.Parse(kind, name, version).Succeeded(out var artifact, out _)
        && (await catalog.FindPublishedAsync(artifact.FoldedName, artifact.FoldedVersion, cancellationToken)).Succeeded(out var import, out _)
        && import.Claim!.Artifact == artifact
            ? Open(import)
            : new Refusal(RefusalCode.RevisionUnknown, $"{name} at {version}");

    /// <summary>The versions of an artifact that can be read, newest first.</summary>
    public async Task<IReadOnlyList<PublishedVersion>> ListVersionsAsync(ArtifactName artifact, CancellationToken cancellationToken) =>
        [.. (await catalog.ListVersionsAsync(artifact.FoldedName, MaximumVersions, cancellationToken)).Select(Open)];

    /// <summary>The current versions of artifacts after a folded name, in the order of folded names.</summary>
    public async Task<IReadOnlyList<PublishedVersion>> ListCurrentAsync(ArtifactKind? kind, string after, int count, CancellationToken cancellationToken) =>
        [.. (await catalog.ListCurrentAsync(kind, after, count, cancellationToken)).Select(Open)];

    /// <summary>See <see cref="HighCatalog.ListNamesAsync"/>.</summary>
    public Task<IReadOnlyList<string>> ListNamesAsync(ArtifactKind kind, string from, string before, int count, CancellationToken cancellationToken) =>
        catalog.ListNamesAsync(kind, from, before, count, cancellationToken);

    /// <summary>The versions of an artifact that can be read, by the order of their directories (<c>version/</c>) and between two of them.</summary>
    public async Task<IReadOnlyList<PublishedVersion>> ListVersionsAsync(string name, string from, string before, int count, CancellationToken cancellationToken) =>
        [.. (await catalog.ListVersionsAsync(name.ToLowerInvariant(), from, before, count, cancellationToken)).Select(Open)];

    private PublishedVersion Open(ImportRecord import) => new(import, published, manifests);
}
