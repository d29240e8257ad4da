using System.Security.Cryptography;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Import.Oci;

/// <summary>A signed document of a version, as it lies beside its files.</summary>
/// <param name="Name">Its name, see <see cref="PublishedFiles"/>.</param>
/// <param name="PredicateType">What it states.</param>
/// <param name="Descriptor">The envelope's bytes: not its payload, by whose digest documents name one another.</param>
internal sealed record AttestedDocument(string Name, string PredicateType, OciDescriptor Descriptor);

/// <summary>
/// The documents by which a version got in, as an artifact that refers to its manifest (image-spec, manifest.md, "Guidelines for Artifact Usage"): in-toto statements
/// in DSSE envelopes, one a layer, so that whoever pulls can verify them against a trust root of their own.
/// </summary>
internal static class Attestation
{
    public const string ArtifactType = "application/vnd.in-toto+json";

    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string EnvelopeType = "application/vnd.dsse.envelope.v1+json";

    /// <summary>The annotation that names a statement's predicate (BuildKit, docs/attestations/attestation-storage.md).</summary>
    private const string PredicateAnnotation = "in-toto.io/predicate-type";

    private static readonly (string Name, string PredicateType)[] All =
    [
        (PublishedFiles.Release, Release.PredicateType),
        (PublishedFiles.Manifest, Gateway.Core.Manifests.Manifest.PredicateType),
        (PublishedFiles.Inspection, InspectionReport.PredicateType),
    ];

    /// <summary>The documents of a version. Their digests are computed: only those of their payloads are signed.</summary>
    public static IReadOnlyList<AttestedDocument> Documents(PublishedVersion version) =>
    [
        .. All.Select(document =>
        {
            using var file = File.OpenRead(version.DocumentOf(document.Name));
            return new AttestedDocument(document.Name, document.PredicateType, new(EnvelopeType, Digest.FromHash(SHA256.HashData(file)), file.Length));
        }),
    ];

    public static OciContent Manifest(OciDescriptor subject, IReadOnlyList<AttestedDocument> documents) => OciContent.Of(ModelPack.ManifestType, json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", ModelPack.ManifestType);
        json.WriteString("artifactType", ArtifactType);
        OciContent.Empty.Descriptor.Write(json, "config");
        json.WriteStartArray("layers");
        foreach (var document in documents)
        {
            json.WriteStartObject();
            document.Descriptor.WriteMembers(json);
            json.WriteStartObject("annotations");
            json.WriteString(PredicateAnnotation, document.PredicateType);
            json.WriteString(ModelPack.Title, document.Name);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        subject.Write(json, "subject");
    });

    /// <summary>The answer about what refers to a manifest: an index of nothing where nothing does (distribution-spec, "Listing Referrers").</summary>
    public static OciContent Referrers(OciImage? image) => OciContent.Of(IndexType, json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", IndexType);
        json.WriteStartArray("manifests");
        if (image is not null)
        {
            json.WriteStartObject();
            image.Attestation.Descriptor.WriteMembers(json);
            json.WriteString("artifactType", ArtifactType);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
