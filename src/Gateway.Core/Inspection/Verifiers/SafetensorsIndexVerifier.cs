using System.Text;
using System.Text.Json;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// <c>*.safetensors.index.json</c>: <c>weight_map</c> from tensor to shard, and <c>metadata</c>, as transformers' <c>save_pretrained</c>
/// writes them. Whether it agrees with the shards shows only when all files were read.
/// </summary>
internal sealed class SafetensorsIndexVerifier : Verifier
{
    private readonly Index index = new();
    private readonly JsonStream json;

    public SafetensorsIndexVerifier() => json = new JsonStream(index);

    public override FileFormat Format => FileFormat.SafetensorsIndex;

    public override IEnumerable<Finding> Warnings => json.Warnings;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
        [new("tensors", Findings.Number(index.Shards.Values.Sum(s => (long)s.Count))), new("shards", Findings.Number(index.Shards.Count))];

    public override FileInspection Attach(FileInspection inspection) => inspection with { Shards = new ShardMap(index.Shards, index.TotalSize) };

    protected override void Release() => json.Dispose();

    protected override void Read(ReadOnlySpan<byte> block) => Refuse(json.Append(block, Offset));

    protected override void End() => Refuse(json.Complete(Offset));

    private sealed class Index : JsonVisitor
    {
        private Member member;
        private bool inTotalSize;
        private UInt128 tensor;
        private int tensors;

        private enum Member
        {
            None,
            Metadata,
            WeightMap,
        }

        public Dictionary<string, List<UInt128>> Shards { get; } = new(StringComparer.Ordinal);

        public long? TotalSize { get; private set; }

        public override JsonFault? Begin(int depth, bool isObject) =>
            (depth < 2 && !isObject) || (depth >= 2 && member == Member.WeightMap)
                ? JsonFault.Malformed("a list or object where none belongs in a shard index")
                : null;

        public override JsonFault? Name(int depth, ReadOnlySpan<byte> name)
        {
            inTotalSize = depth == 2 && member == Member.Metadata && name.SequenceEqual("total_size"u8);
            if (depth == 1)
            {
                member = name.SequenceEqual("weight_map"u8) ? Member.WeightMap
                    : name.SequenceEqual("metadata"u8) ? Member.Metadata
                    : Member.None;
                return member == Member.None ? JsonFault.Malformed($"the member {Findings.Quote(name)}, which a shard index does not have") : null;
            }

            if (depth == 2 && member == Member.WeightMap)
            {
                tensor = TensorTag.Of(name);
                return ++tensors > InspectionLimits.ArtifactTensors
                    ? JsonFault.TooMuch($"more than {Findings.Number(InspectionLimits.ArtifactTensors)} tensors")
                    : null;
            }

            return null;
        }

        public override JsonFault? String(int depth, ReadOnlySpan<byte> text)
        {
            if (depth != 2 || member != Member.WeightMap)
            {
                return depth == 1 || inTotalSize ? Misplaced : null;
            }

            // A name of that length is no path of any manifest.
            if (text.Length > Manifests.ArtifactPath.MaximumBytes)
            {
                return JsonFault.TooMuch($"a shard name of more than {Manifests.ArtifactPath.MaximumBytes} bytes");
            }

            var shard = Encoding.UTF8.GetString(text);
            if (!Shards.TryGetValue(shard, out var held))
            {
                Shards.Add(shard, held = []);
            }

            held.Add(tensor);
            return null;
        }

        public override JsonFault? Number(int depth, ref Utf8JsonReader reader)
        {
            if (inTotalSize && depth == 2)
            {
                // Some writers sum in floating point; a whole number is one however it is written.
                TotalSize = reader.TryGetDecimal(out var size) && size is >= 0 and <= long.MaxValue && decimal.IsInteger(size) ? (long)size : null;
                return TotalSize is null ? JsonFault.Malformed("a total_size that is no number of bytes") : null;
            }

            return depth == 1 || member == Member.WeightMap ? Misplaced : null;
        }

        public override JsonFault? Literal(int depth, bool isTrue) => depth == 1 || member == Member.WeightMap || inTotalSize ? Misplaced : null;

        public override JsonFault? Complete() => Shards.Count == 0 ? JsonFault.Malformed("a shard index without a weight_map") : null;

        private static JsonFault Misplaced => JsonFault.Malformed("a value where none belongs in a shard index");
    }
}
