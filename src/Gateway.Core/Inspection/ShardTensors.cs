namespace Gateway.Core.Inspection;

/// <summary>The tensors of one safetensors or GGUF file, for totals, and of safetensors for comparison with an index.</summary>
/// <param name="Tags">One <see cref="TensorTag"/> a tensor.</param>
/// <param name="Parameters">Elements of all tensors.</param>
/// <param name="Bytes">Bytes of all tensors, with the padding that the format has.</param>
internal sealed record ShardTensors(UInt128[] Tags, UInt128 Parameters, long Bytes);

/// <summary>What a shard index claims.</summary>
/// <param name="Shards">Tags of the tensors that it places in each file, by the file's name as the index writes it.</param>
/// <param name="TotalSize">Its <c>metadata.total_size</c> in bytes, where it has one.</param>
internal sealed record ShardMap(IReadOnlyDictionary<string, List<UInt128>> Shards, long? TotalSize);
