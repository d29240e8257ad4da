using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>
/// A GGUF file, version 3, little-endian: header, zeros up to the alignment, tensors in the order of the header with zeros behind each up to
/// the alignment, and nothing else (ggml docs/gguf.md "File Structure"; <c>gguf_init_from_reader</c> and <c>gguf_write_out</c> in ggml
/// src/gguf.cpp; <c>write_tensors_to_file</c> in gguf-py). Both writers pad behind the last tensor too, and ggml asks for it.
/// </summary>
internal sealed class GgufVerifier(long fileBytes) : Verifier
{
    private readonly GgufHeader header = new(fileBytes);
    private readonly ZipTail tail = new(fileBytes);
    private readonly KeptBytes kept = new();
    private GgufPadding? padding;
    private TensorValues? values;

    public override FileFormat Format => FileFormat.Gguf;

    public override IEnumerable<Finding> Warnings => values?.Seen() is { } nonFinite ? header.Warnings.Append(nonFinite) : header.Warnings;

    private static ReadOnlySpan<byte> Magic => "GGUF"u8;

    /// <summary>True for the magic and a version; words may begin with the magic, but text has no NUL, and every version has.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) => head.StartsWith(Magic) && head.Length >= 8 && head[4..8].Contains((byte)0);

    public override IReadOnlyList<SummaryEntry> Summarise()
    {
        var metadata = header.Metadata;
        List<SummaryEntry> summary = metadata.Architecture.Length > 0 ? [new("architecture", metadata.Architecture)] : [];
        if (metadata.Parts is { } parts)
        {
            summary.Add(new("part", $"{Findings.Number(metadata.PartNumber)} of {Findings.Number(parts)}"));
        }

        summary.Add(new("tensors", Findings.Number(header.Tensors.Ranges.Count)));
        summary.Add(new("parameters", Findings.Number(header.Tensors.Parameters)));
        summary.Add(new("types", string.Join(", ", header.Tensors.Types.Select(t => $"{t.Key} x{Findings.Number(t.Value)}"))));
        summary.Add(new("metadata keys", Findings.Number(metadata.Count)));
        return summary;
    }

    public override FileInspection Attach(FileInspection inspection) =>
        inspection with { Tensors = ShardTensors.Of(values!.Complete(), header.Tensors.Tags, header.Tensors.Parameters, header.Tensors.Bytes) };

    protected override void Release()
    {
        kept.Dispose();
        values?.Dispose();
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && !block.StartsWith(Magic))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as GGUF does");
            return;
        }

        tail.Append(block, Offset);
        var at = Offset - kept.Length;
        if (kept.Length > 0)
        {
            kept.Append(block);
            block = kept.Span;
        }

        while (!header.IsComplete)
        {
            var taken = block.IsEmpty ? 0 : header.Take(block, at);
            if (Refuse(header.Refusal))
            {
                return;
            }

            if (taken == 0)
            {
                Keep(block);
                return;
            }

            block = block[taken..];
            at += taken;
        }

        if (padding is null)
        {
            Refuse(BeginTensors(at));
        }

        if (!Refuse(Refusal ?? padding!.Append(block, at)))
        {
            values!.Append(block, at);
        }

        kept.Clear();
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }

        if (!header.IsComplete)
        {
            Refuse(RefusalCode.FormatMalformed, Offset, "it ends within the GGUF header");
        }

        Refuse(tail.Complete());
    }

    /// <summary>What is not taken yet, and is shorter than a piece: a key of its longest, or a tensor's entry.</summary>
    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (kept.Length > 0)
        {
            kept.Drop(kept.Length - rest.Length);
        }
        else
        {
            kept.Append(rest);
        }
    }

    private Finding? BeginTensors(long headerEnd)
    {
        var alignment = header.Metadata.Alignment;
        var tensorsAt = GgufPadding.Align(headerEnd, alignment);
        var end = tensorsAt + header.Tensors.Bytes;
        padding = new GgufPadding(headerEnd, tensorsAt, header.Tensors.Ranges, alignment);
        values = new TensorValues(header.Tensors.Ranges, tensorsAt);

        // gguf-py ends a file of metadata alone with its last pair, ggml pads it.
        if (fileBytes == end || (header.Tensors.Ranges.Count == 0 && fileBytes == headerEnd))
        {
            return null;
        }

        return Findings.Refuse(
            RefusalCode.FormatMalformed,
            Math.Min(end, fileBytes),
            fileBytes > end ? "bytes behind the last tensor and its padding" : "it ends before its last tensor and its padding do");
    }
}
