using Gateway.Cli.Terminal;

namespace Gateway.Cli.Submit;

/// <summary>What readers in the enclave will not take, told while the files can still be cut differently.</summary>
internal static class ReaderLimits
{
    /// <summary>Largest file, in bytes, that Hugging Face's Python client downloads over plain HTTP (<c>MAX_HTTP_DOWNLOAD_SIZE</c>, huggingface_hub constants.py); nothing overrides it.</summary>
    public const long HubFileBytes = 50_000_000_000;

    /// <summary>A sentence for each thing to know; none for most artifacts.</summary>
    public static IReadOnlyList<string> WarningsOf(ArtifactTree tree)
    {
        var large = tree.Files.Where(file => file.Status.Bytes > HubFileBytes).ToArray();
        return large.Length == 0
            ? []
            :
            [
                $"{large[0].Path} has {Screen.Size(large[0].Status.Bytes)}{(large.Length > 1 ? $", and {large.Length - 1} more files are as large" : "")}: clients of the Hugging Face hub refuse files "
                + "of over 50 GB. Cut it into shards, or have it read by path or over S3.",
            ];
    }
}
