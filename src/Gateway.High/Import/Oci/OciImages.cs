using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Import.Oci;

/// <summary>The images of versions. Those that were asked for last are kept: of each, clients ask for manifest, configuration and documents one by one.</summary>
internal sealed class OciImages
{
    /// <summary>Most layers in all that are kept: some 400 bytes each in manifest and configuration, 40 MB.</summary>
    private const int MaximumLayers = 100_000;

    /// <summary>What an image weighs beside its layers, in layers, so that small ones do not add up.</summary>
    private const int OwnWeight = 10;

    private readonly RecentlyUsed<ArtifactName, Lazy<Outcome<OciImage>>> kept = new(MaximumLayers);

    /// <summary>The image of a version. Refuses as <see cref="ModelPack.Of"/> does.</summary>
    public Outcome<OciImage> Of(PublishedVersion version)
    {
        // A client that pulls an artifact of many files sends many requests at once; one of them makes the image.
        var image = kept.GetOrAdd(version.Artifact, OwnWeight + version.Claim.Files, () => new(() => OciImage.Of(version)));
        try
        {
            return image.Value;
        }
        catch
        {
            // What could not be read now may be readable again.
            kept.Remove(version.Artifact, image);
            throw;
        }
    }
}
