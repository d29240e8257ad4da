using System.Collections.Concurrent;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Publish;

namespace Gateway.High.Import.Oci;

/// <summary>
/// Finds content by its digest among the versions of an artifact, and nowhere else. What is made for a version is found by a table that grows from the newest
/// version on, as far as it is asked; a file by the versions that were pulled last, and where none of those has it, by the hub's cache, which knows the digests of all.
/// </summary>
internal sealed class OciContents(Library library, OciImages images, HubCache hub)
{
    /// <summary>Most digests in all that are kept, six a version: some 250 bytes each, 30 MB.</summary>
    private const int MaximumDigests = 120_000;

    /// <summary>Versions of an artifact that are looked through first: what a fleet pulls at a time, old and new.</summary>
    private const int MaximumRecent = 4;

    private readonly RecentlyUsed<string, Shelf> shelves = new(MaximumDigests);

    /// <summary>Remembers that a version is being pulled: requests for its files and for what was made for it follow.</summary>
    public void Remember(PublishedVersion version, OciImage image)
    {
        var shelf = ShelfOf(version.Artifact);
        shelf.Remember(version.Artifact.Version);
        Add(shelf, version, image);
    }

    /// <summary>
    /// The version for whose image something of this digest was made. Refuses with <see cref="RefusalCode.RevisionUnknown"/>, and with
    /// as <see cref="Storage.High.ImportRecord.Unreadable"/> does where it is known to have been there.
    /// </summary>
    public async Task<Outcome<PublishedVersion>> FindMadeAsync(ArtifactName artifact, Digest digest, CancellationToken cancellationToken)
    {
        var shelf = ShelfOf(artifact);
        if (!shelf.Made.TryGetValue(digest, out var version))
        {
            // One at a time: the others find in the table what the first one put there.
            await shelf.Turn.WaitAsync(cancellationToken);
            try
            {
                version = await ExtendAsync(shelf, artifact, digest, cancellationToken);
            }
            finally
            {
                shelf.Turn.Release();
            }
        }

        return version is null ? new Refusal(RefusalCode.RevisionUnknown, OciReference.Write(digest)) : await FindVersionAsync(artifact, version, cancellationToken);
    }

    /// <summary>A file of this digest and a version that has it. Refuses with <see cref="RefusalCode.FileUnknown"/>.</summary>
    public async Task<Outcome<(PublishedVersion Version, ManifestFile File)>> FindFileAsync(ArtifactName artifact, Digest digest, CancellationToken cancellationToken)
    {
        foreach (var recent in ShelfOf(artifact).Recent)
        {
            if ((await FindVersionAsync(artifact, recent, cancellationToken)).Succeeded(out var version, out _) && Find(version, digest) is { } file)
            {
                return (version, file);
            }
        }

        if (hub.MayHold(artifact, digest))
        {
            foreach (var version in await library.ListVersionsAsync(artifact, cancellationToken))
            {
                // A version that has no OCI manifest has no layers.
                if (Find(version, digest) is { } file && images.Of(version).Succeeded(out var image, out _))
                {
                    Remember(version, image);
                    return (version, file);
                }
            }
        }

        return new Refusal(RefusalCode.FileUnknown, OciReference.Write(digest));
    }

    private async Task<string?> ExtendAsync(Shelf shelf, ArtifactName artifact, Digest digest, CancellationToken cancellationToken)
    {
        if (shelf.Made.TryGetValue(digest, out var made))
        {
            return made;
        }

        foreach (var version in await library.ListVersionsAsync(artifact, cancellationToken))
        {
            if (!shelf.Seen.Add(version.Artifact.Version))
            {
                continue;
            }

            if (images.Of(version).Succeeded(out var image, out _))
            {
                Add(shelf, version, image);
            }

            if (shelf.Made.TryGetValue(digest, out made))
            {
                break;
            }
        }

        return made;
    }

    private void Add(Shelf shelf, PublishedVersion version, OciImage image)
    {
        foreach (var content in image.Digests)
        {
            if (shelf.Made.TryAdd(content, version.Artifact.Version))
            {
                shelves.Weigh(version.Artifact.FoldedName, shelf, shelf.CountDigest());
            }
        }
    }

    private async Task<Outcome<PublishedVersion>> FindVersionAsync(ArtifactName artifact, string version, CancellationToken cancellationToken) =>
        (await library.FindVersionAsync(artifact.Kind, artifact.FullName, version, cancellationToken)).Succeeded(out var found, out var refusal)
        && found.Import.Published().Succeeded(out _, out refusal)
            ? found
            : refusal;

    private static ManifestFile? Find(PublishedVersion version, Digest digest) => version.Files.FirstOrDefault(file => file.Digest == digest);

    private Shelf ShelfOf(ArtifactName artifact) => shelves.GetOrAdd(artifact.FoldedName, 1, () => new Shelf());

    /// <summary>What is known of an artifact.</summary>
    private sealed class Shelf
    {
        /// <summary>Versions pulled last, the last one first. Replaced as a whole, never changed.</summary>
        private volatile string[] recent = [];
        private int digests;

        /// <summary>Held by who looks at further versions; never disposed of, as it has no handle that nobody asked for.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>Versions by the digests of what was made for them.</summary>
        public ConcurrentDictionary<Digest, string> Made { get; } = new();

        /// <summary>Versions that were looked at in turn; used by who holds <see cref="Turn"/>.</summary>
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

        public IReadOnlyList<string> Recent => recent;

        /// <summary>Counts a digest that was added, and says how many there are: counting a concurrent table locks all of it.</summary>
        public int CountDigest() => Interlocked.Increment(ref digests);

        public void Remember(string version)
        {
            if (recent is not [var first, ..] || first != version)
            {
                recent = [version, .. recent.Where(other => other != version).Take(MaximumRecent - 1)];
            }
        }
    }
}
