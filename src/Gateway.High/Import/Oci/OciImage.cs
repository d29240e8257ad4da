using Gateway.Core;

namespace Gateway.High.Import.Oci;

/// <summary>A version as registries hold one: what is made of it. Its layers are the published files themselves.</summary>
internal sealed class OciImage
{
    private OciImage(OciContent configuration, OciContent manifest, IReadOnlyList<AttestedDocument> documents)
    {
        (Configuration, Manifest, Documents) = (configuration, manifest, documents);
        Attestation = Oci.Attestation.Manifest(manifest.Descriptor, documents);
    }

    public OciContent Configuration { get; }

    public OciContent Manifest { get; }

    /// <summary>Refers to <see cref="Manifest"/>.</summary>
    public OciContent Attestation { get; }

    /// <summary>Layers of <see cref="Attestation"/>.</summary>
    public IReadOnlyList<AttestedDocument> Documents { get; }

    /// <summary>All but those of the files.</summary>
    public IEnumerable<Digest> Digests => [Manifest.Digest, Configuration.Digest, Attestation.Digest, .. Documents.Select(document => document.Descriptor.Digest)];

    /// <summary>Makes the image of a version. Refuses as <see cref="ModelPack.Of"/> does.</summary>
    public static Outcome<OciImage> Of(PublishedVersion version) =>
        ModelPack.Of(version).Succeeded(out var made, out var refusal)
            ? new OciImage(made.Configuration, made.Manifest, Oci.Attestation.Documents(version))
            : refusal;
}
