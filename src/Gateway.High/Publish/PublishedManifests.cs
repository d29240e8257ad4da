using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Core.Wire;
using Gateway.Hosting;
using Gateway.Storage.High;

namespace Gateway.High.Publish;

/// <summary>The manifests of published versions. Those that were asked for last are kept: the largest takes a second to parse, and every request needs one.</summary>
public sealed class PublishedManifests(PublishedTree published)
{
    /// <summary>Most files in all that are kept: twice the largest manifest, some 120 MiB.</summary>
    private const int MaximumFiles = 2 * Manifest.MaximumFiles;

    /// <summary>Most manifests that are kept, so that small ones do not add up beyond what is counted of them.</summary>
    private const int MaximumManifests = 1_024;

    private readonly Lock gate = new();
    private readonly LinkedList<Held> held = new();
    private readonly Dictionary<(ArtifactName Artifact, Digest Manifest), LinkedListNode<Held>> byKey = [];
    private int files;

    /// <summary>The manifest of a published version.</summary>
    public Manifest Read(ImportClaim claim)
    {
        var entry = Find(claim);
        try
        {
            return entry.Manifest.Value;
        }
        catch
        {
            // A file that could not be read now may be readable again.
            Remove(entry);
            throw;
        }
    }

    private Held Find(ImportClaim claim)
    {
        lock (gate)
        {
            if (byKey.TryGetValue((claim.Artifact, claim.Manifest), out var node))
            {
                held.Remove(node);
                held.AddFirst(node);
                return node.Value;
            }

            var entry = new Held((claim.Artifact, claim.Manifest), claim.Files, new Lazy<Manifest>(() => Parse(claim)));
            byKey.Add(entry.Key, held.AddFirst(entry));
            files += entry.Files;
            while (held.Count > 1 && (files > MaximumFiles || held.Count > MaximumManifests))
            {
                Forget(held.Last!);
            }

            return entry;
        }
    }

    private void Remove(Held entry)
    {
        lock (gate)
        {
            if (byKey.TryGetValue(entry.Key, out var node) && ReferenceEquals(node.Value, entry))
            {
                Forget(node);
            }
        }
    }

    private void Forget(LinkedListNode<Held> node)
    {
        held.Remove(node);
        byKey.Remove(node.Value.Key);
        files -= node.Value.Files;
    }

    private Manifest Parse(ImportClaim claim)
    {
        var path = published.DocumentOf(claim.Artifact, PublishedFiles.Manifest);
        return BoundedFile.Read(path, SessionHeader.MaximumBytes).Succeeded(out var bytes, out var refusal)
            && Envelope.Parse(bytes).Succeeded(out var envelope, out refusal)
            && (refusal = envelope.PayloadDigest == claim.Manifest ? null : new Refusal(RefusalCode.WrongManifest, PublishedFiles.Manifest)) is null
            && Manifest.Parse(envelope.Payload).Succeeded(out var manifest, out refusal)
                ? manifest
                : throw new InvalidDataException($"The manifest of {claim.Artifact} cannot be read any more: {refusal}");
    }

    private sealed record Held((ArtifactName Artifact, Digest Manifest) Key, int Files, Lazy<Manifest> Manifest);
}
