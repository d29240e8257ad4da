using System.Globalization;
using System.Text.Json;
using Gateway.Cli.Terminal;

namespace Gateway.Cli.Submit;

/// <summary>What readers in the enclave will not take, told while the files can still be cut differently.</summary>
internal static class ReaderLimits
{
    /// <summary>Largest file, in bytes, that Hugging Face's Python client downloads over plain HTTP (<c>MAX_HTTP_DOWNLOAD_SIZE</c>, huggingface_hub constants.py); nothing overrides it.</summary>
    public const long HubFileBytes = 50_000_000_000;

    /// <summary>Largest OCI manifest, in bytes, that registries' clients read: the enclave's registry makes none that is larger.</summary>
    public const int RegistryManifestBytes = 4 << 20;

    /// <summary>Bytes of a manifest beside its layers: its types and where its configuration is.</summary>
    private const int ManifestFrameBytes = 400;

    /// <summary>Bytes of a layer without its path, which stands there twice, its size and what it is for: types, SHA-256, names of annotations, and the comma.</summary>
    private const int LayerFrameBytes = 223;

    /// <summary>What a file is for is found out by inspection, and is of this many characters: <c>doc</c> to <c>weight.config</c>.</summary>
    private const int ShortestUse = 3;
    private const int LongestUse = 13;

    /// <summary>A sentence for each thing to know; none for most artifacts.</summary>
    public static IReadOnlyList<string> WarningsOf(ArtifactTree tree)
    {
        var warnings = new List<string>();
        var large = tree.Files.Where(file => file.Status.Bytes > HubFileBytes).ToArray();
        if (large.Length > 0)
        {
            warnings.Add(
                $"{large[0].Path} has {Screen.Size(large[0].Status.Bytes)}{(large.Length > 1 ? $", and {large.Length - 1} more files are as large" : "")}: clients of the Hugging Face hub refuse files "
                + "of over 50 GB. Cut it into shards, or have it read by path or over S3.");
        }

        var (least, most) = RegistryManifest(tree);
        if (most > RegistryManifestBytes)
        {
            warnings.Add(
                $"{tree.Files.Count} files, with paths of {tree.Files.Average(file => file.Path.Value.Length):0} characters on average, make an OCI manifest of some {Screen.Size(most)}: registries' clients "
                + $"read {Screen.Size(RegistryManifestBytes)}, so that it {(least > RegistryManifestBytes ? "will" : "may")} not be in the enclave's registry. Pack it into shards, or have it read by path, "
                + "over S3 or from the Hugging Face hub.");
        }

        return warnings;
    }

    /// <summary>The least and the most bytes that the OCI manifest of a tree has.</summary>
    internal static (long Least, long Most) RegistryManifest(ArtifactTree tree)
    {
        var bytes = (long)ManifestFrameBytes;
        foreach (var file in tree.Files)
        {
            // As it is written there: what is not ASCII takes six bytes a character.
            var path = JsonEncodedText.Encode(file.Path.Value).EncodedUtf8Bytes.Length;
            bytes += LayerFrameBytes + (2L * path) + file.Status.Bytes.ToString(CultureInfo.InvariantCulture).Length;
        }

        return (bytes + ((long)ShortestUse * tree.Files.Count) - ManifestFrameBytes, bytes + ((long)LongestUse * tree.Files.Count));
    }
}
