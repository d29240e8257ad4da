using System.Buffers.Binary;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// A safetensors file: 8 bytes of header length N (little-endian), N bytes of JSON that begin with <c>{</c> and may end with spaces, then
/// tensors that cover the rest from first to last byte without gap or overlap (huggingface/safetensors, README "Format").
/// </summary>
internal sealed class SafetensorsVerifier(long fileBytes) : Verifier
{
    /// <summary>Bytes of the header's length.</summary>
    private const int LengthBytes = 8;

    /// <summary>A header of more bytes is told: half of what the limit allows, which holds over 100,000 tensors with names of real checkpoints.</summary>
    private const long LargeHeaderBytes = 16 * 1024 * 1024;

    /// <summary>A header that is more than half of its file is told from this size on: small tensors are described by more bytes than they have.</summary>
    private const long LargeShareBytes = 64 * 1024;

    private readonly SafetensorsHeader header = new();
    private readonly ZipTail tail = new(fileBytes);
    private JsonStream? json;
    private long bodyAt;
    private byte lastOfHeader;
    private TensorValues? values;

    public override FileFormat Format => FileFormat.Safetensors;

    public override IEnumerable<Finding> Warnings
    {
        get
        {
            var headerBytes = bodyAt - LengthBytes;
            if (headerBytes > LargeHeaderBytes || (headerBytes > LargeShareBytes && headerBytes > fileBytes / 2))
            {
                yield return Findings.Inform(
                    FindingCodes.LargeHeader, 0, $"a header of {Findings.Number(headerBytes)} bytes, in a file of {Findings.Number(fileBytes)}");
            }

            foreach (var finding in header.Seen.Concat(json?.Warnings ?? []))
            {
                yield return finding;
            }

            if (values?.Seen() is { } nonFinite)
            {
                yield return nonFinite;
            }
        }
    }

    /// <summary>True for content that begins as only safetensors does: a length that fits the file and the limit, then the header's brace.</summary>
    public static bool Begins(ReadOnlySpan<byte> head, long fileBytes) =>
        head.Length > LengthBytes && head[LengthBytes] == '{'
        && BinaryPrimitives.ReadUInt64LittleEndian(head) is var length
        && length <= InspectionLimits.SafetensorsHeaderBytes && length <= (ulong)(fileBytes - LengthBytes);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("tensors", Findings.Number(header.Ranges.Count)),
        new("parameters", Findings.Number(header.Parameters)),
        new("dtypes", string.Join(", ", header.Types.Select(t => $"{t.Key} x{Findings.Number(t.Value)}"))),
    ];

    public override FileInspection Attach(FileInspection inspection) =>
        inspection with { Tensors = ShardTensors.Of(values!.Complete(), header.Tags, header.Parameters, fileBytes - bodyAt) };

    protected override void Release()
    {
        json?.Dispose();
        values?.Dispose();
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        tail.Append(block, Offset);
        if (json is null && !Begin(block))
        {
            return;
        }

        var from = Math.Max(LengthBytes - Offset, 0);
        var to = Math.Min(block.Length, bodyAt - Offset);
        if (from < to)
        {
            var part = block[(int)from..(int)to];
            var last = part.LastIndexOfAnyExcept((byte)' ');
            lastOfHeader = last < 0 ? lastOfHeader : part[last];
            if (!Refuse(json!.Append(part, Offset + from)) && Offset + to == bodyAt)
            {
                EndHeader();
            }
        }

        // Tensor bytes are bound by their digests alone; numbers are looked at.
        var body = (int)Math.Max(bodyAt - Offset, 0);
        if (Refusal is null && body < block.Length)
        {
            values!.Append(block[body..], Offset + body);
        }
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }

        Refuse(tail.Complete());
    }

    private bool Begin(ReadOnlySpan<byte> block)
    {
        if (block.Length <= LengthBytes)
        {
            Refuse(RefusalCode.FormatMalformed, block.Length, "it ends within the safetensors header");
            return false;
        }

        if (block[LengthBytes] != '{')
        {
            Refuse(RefusalCode.FormatMismatch, LengthBytes, "it does not begin as safetensors does");
            return false;
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(block);
        if (length > InspectionLimits.SafetensorsHeaderBytes)
        {
            Refuse(
                RefusalCode.LimitExceeded, 0, $"a safetensors header of more than {Findings.Number(InspectionLimits.SafetensorsHeaderBytes)} bytes");
            return false;
        }

        bodyAt = LengthBytes + (long)length;
        if (length == 0 || bodyAt > fileBytes)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "the safetensors header is longer than the file, or empty");
            return false;
        }

        json = new JsonStream(header);
        return true;
    }

    private void EndHeader()
    {
        if (Refuse(json!.Complete(bodyAt)))
        {
            return;
        }

        if (lastOfHeader != '}')
        {
            Refuse(RefusalCode.FormatMalformed, bodyAt, "the safetensors header is padded with something else than spaces");
            return;
        }

        var body = fileBytes - bodyAt;

        // Stable: tensors without elements may share a place, and then come in the header's order.
        var ranges = header.Ranges.OrderBy(r => r.Begin).ThenBy(r => r.End).ToArray();
        var next = 0L;
        foreach (var range in ranges)
        {
            if (range.Begin != next)
            {
                var what = range.Begin > next ? "bytes that belong to no tensor" : "tensors that overlap";
                // What the header says of them may lie behind the end.
                Refuse(RefusalCode.FormatMalformed, bodyAt + Math.Min(body, Math.Min(next, range.Begin)), what);
                return;
            }

            next = range.End;
        }

        if (next != body)
        {
            var what = next < body ? "bytes behind the last tensor" : "it ends before its last tensor does";
            Refuse(RefusalCode.FormatMalformed, bodyAt + Math.Min(next, body), what);
        }

        values = new TensorValues(ranges, bodyAt);
    }
}
