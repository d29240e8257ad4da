using System.Globalization;
using Gateway.Core;

namespace Gateway.High.Import.Oci;

/// <summary>
/// A version as the CNCF's ModelPack (model-spec, docs/spec.md and docs/config.md): a configuration and a manifest with one layer a file. Both follow from the
/// signed manifest and the time of publication alone, so that a digest that somebody wrote down stays right.
/// </summary>
internal static class ModelPack
{
    /// <summary>Largest manifest, in bytes: what distribution-spec ("Pushing Manifests") has every registry take, and clients read no more (containers/image, internal/iolimits).</summary>
    public const int MaximumManifestBytes = 4 << 20;

    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>The annotation that ORAS names files by (image-spec, annotations.md).</summary>
    public const string Title = "org.opencontainers.image.title";

    private const string ArtifactType = "application/vnd.cncf.model.manifest.v1+json";
    private const string ConfigurationType = "application/vnd.cncf.model.config.v1+json";
    private const string FilePath = "org.cncf.model.filepath";

    /// <summary>Bytes that a layer takes at least: digest, size, media type and annotations with a path of one character.</summary>
    private const int MinimumLayerBytes = 200;

    /// <summary>Configuration and manifest. Refuses with <see cref="RefusalCode.TooManyFiles"/> a version whose manifest would be larger than registries' clients read.</summary>
    public static Outcome<(OciContent Configuration, OciContent Manifest)> Of(PublishedVersion version)
    {
        if (version.Claim.Files <= MaximumManifestBytes / MinimumLayerBytes)
        {
            var configuration = Configuration(version);
            var manifest = Manifest(version, configuration.Descriptor);
            if (manifest.Bytes.Length <= MaximumManifestBytes)
            {
                return (configuration, manifest);
            }
        }

        return new Refusal(
            RefusalCode.TooManyFiles,
            $"{version.Artifact}, {version.Claim.Files} files: its OCI manifest would have more than the {MaximumManifestBytes} bytes that registries' clients read; as it is, it is read below published/ or over another protocol");
    }

    private static OciContent Configuration(PublishedVersion version) => OciContent.Of(ConfigurationType, json =>
    {
        var head = version.Head;
        json.WriteStartObject("descriptor");
        json.WriteString("createdAt", version.Time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteString("vendor", head.Artifact.Org);
        json.WriteString("name", head.Artifact.FullName);
        json.WriteString("version", head.Artifact.Version);
        if (head.Source.Length > 0)
        {
            json.WriteString("sourceURL", head.Source);
        }

        // What a commit is to sources: by it the signed documents are found.
        json.WriteString("revision", version.Claim.Manifest.Hex);
        if (head.Licence.Length > 0)
        {
            json.WriteStartArray("licenses");
            json.WriteStringValue(head.Licence);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("config");
        json.WriteEndObject();
        json.WriteStartObject("modelfs");
        json.WriteString("type", "layers");
        json.WriteStartArray("diffIds");
        foreach (var file in version.Files)
        {
            json.WriteStringValue(OciReference.Write(file.Digest));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static OciContent Manifest(PublishedVersion version, OciDescriptor configuration) => OciContent.Of(ManifestType, json =>
    {
        json.WriteNumber("schemaVersion", 2);
        json.WriteString("mediaType", ManifestType);
        json.WriteString("artifactType", ArtifactType);
        configuration.Write(json, "config");
        json.WriteStartArray("layers");
        foreach (var file in version.Files)
        {
            json.WriteStartObject();
            new OciDescriptor(LayerMediaType.Of(version.Artifact.Kind, file), file.Digest, file.Bytes).WriteMembers(json);
            json.WriteStartObject("annotations");
            json.WriteString(FilePath, file.Path.Value);
            json.WriteString(Title, file.Path.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
