namespace Gateway.Core.Inspection;

/// <summary>
/// Compares a shard index with the files of its artifact: it points at safetensors files of its own directory only, names each of their
/// tensors exactly once, and counts their bytes rightly. Loaders trust the index before they open a shard.
/// </summary>
internal static class ShardCheck
{
    /// <summary>What is wrong with an index, or null. Files that were refused are no longer compared.</summary>
    public static Finding? Compare(FileInspection index, IReadOnlyDictionary<string, FileInspection> files)
    {
        var directory = index.Path.Value[..(index.Path.Value.LastIndexOf('/') + 1)];
        var bytes = 0L;
        foreach (var (name, claimed) in index.Shards!.Shards.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            if (!files.TryGetValue(directory + name, out var shard))
            {
                return Mismatch($"the shard {Findings.Quote(name)} is not among the files");
            }

            if (shard.Format != FileFormat.Safetensors || shard.Tensors is not { } tensors)
            {
                return shard.Accepted ? Mismatch($"the shard {Findings.Quote(name)} is not safetensors") : null;
            }

            if (!claimed.ToHashSet().SetEquals(tensors.Tags))
            {
                return Mismatch(
                    $"the shard {Findings.Quote(name)} holds {Findings.Number(tensors.Tags.Length)} tensors; "
                    + $"those that the index places there ({Findings.Number(claimed.Count)}) are not the same");
            }

            bytes += tensors.Bytes;
        }

        return index.Shards.TotalSize is { } total && total != bytes
            ? Mismatch($"total_size is {Findings.Number(total)}; the shards hold {Findings.Number(bytes)} bytes of tensors")
            : null;
    }

    private static Finding Mismatch(string message) => Findings.Refuse(RefusalCode.IndexMismatch, null, message);
}
