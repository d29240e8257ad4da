using System.Buffers;
using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>
/// Arrow IPC (apache/arrow, format/Columnar.rst "Serialization and Interprocess Communication", Message.fbs, Schema.fbs, File.fbs). A stream
/// is messages and an end mark. A file is the magic, a stream, a footer that lists its messages, the footer's length and the magic again.
/// Read forward; nothing follows, and nothing lies between.
/// </summary>
internal sealed class ArrowVerifier(long fileBytes) : Verifier
{
    /// <summary>Footer length and the magic without its padding.</summary>
    private const int TailBytes = 10;

    private readonly ZipTail tail = new(fileBytes);
    private byte[] held = [];
    private int heldBytes;
    private long at;
    private Part part;
    private int metadataBytes;
    private bool isFile;
    private long messageAt;
    private ArrowMessages messages = new(isFile: false);
    private ArrowBody body = new([], 0);

    private enum Part
    {
        Magic,
        Prefix,
        Metadata,
        Body,
        Footer,
        Tail,
        Nothing,
    }

    /// <summary>What a file begins with; at its end the two zeros are left out.</summary>
    private static ReadOnlySpan<byte> Magic => "ARROW1\0\0"u8;

    public override FileFormat Format => FileFormat.Arrow;

    public override IEnumerable<Finding> Warnings => (messages.Schema?.Extensions ?? []).Select(
        name => Findings.Warn(FindingCodes.ArrowExtension, null, "an extension type, which a reader may hand to code of that name", name));

    /// <summary>True for content that begins as only Arrow does: the magic, or a message whose root lies in its metadata.</summary>
    public static bool Begins(ReadOnlySpan<byte> head, long fileBytes) =>
        head.StartsWith(Magic)
        || (head.Length >= 16 && BinaryPrimitives.ReadUInt32LittleEndian(head) == uint.MaxValue
            && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) is > 8 and <= ArrowLimits.MetadataBytes and var length
            && length <= (ulong)fileBytes - 8 && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) < length);

    public override IReadOnlyList<SummaryEntry> Summarise()
    {
        var columns = messages.Schema!.Columns;
        var named = columns.Take(ArrowLimits.NamedColumns).Select(c => $"{c.Name} {(c.Index is null ? c.Word : $"dictionary of {c.Word}")}");
        var codecs = messages.Codecs.Select(c => c switch { ArrowCodec.Zstd => "zstd", ArrowCodec.Lz4Frame => "lz4", _ => "none" });
        return
        [
            new("layout", isFile ? "file" : "stream"),
            new("rows", Findings.Number(messages.Rows)),
            new("batches", Findings.Number(messages.Batches.Count)),
            new("columns", Findings.Number(columns.Count)),
            new("schema", string.Join(", ", named) + (columns.Count > ArrowLimits.NamedColumns ? ", ..." : "")),
            new("compression", messages.Codecs.Count == 0 ? "none" : string.Join(", ", codecs)),
        ];
    }

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = messages.Rows };

    protected override void Release()
    {
        if (held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(held);
            held = [];
        }
    }

    protected override void Read(ReadOnlySpan<byte> block)
    {
        tail.Append(block, Offset);
        if (Offset == 0)
        {
            Begin(block);
        }

        while (!block.IsEmpty && Refusal is null)
        {
            block = block[Step(block)..];
        }
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }
        else if (part != Part.Nothing)
        {
            Refuse(RefusalCode.FormatMalformed, Offset, isFile ? "it ends within the Arrow file" : "it ends before the Arrow stream's end mark");
        }

        Refuse(tail.Complete());
    }

    private void Begin(ReadOnlySpan<byte> block)
    {
        isFile = block.StartsWith(Magic[..6]);
        if (!isFile && !block.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFF, 0xFF, 0xFF]))
        {
            var isV1 = block.StartsWith("FEA1"u8);
            Refuse(
                isV1 ? RefusalCode.FormatUnknown : RefusalCode.FormatMismatch, 0, isV1 ? "Feather version 1; write version 2" : "it does not begin as Arrow does");
        }

        part = isFile ? Part.Magic : Part.Prefix;
        messages = new ArrowMessages(isFile);
    }

    /// <summary>Takes bytes of one part.</summary>
    private int Step(ReadOnlySpan<byte> block)
    {
        if (part == Part.Nothing)
        {
            Refuse(RefusalCode.FormatMalformed, at, "bytes behind the end of the Arrow data");
            return block.Length;
        }

        if (part == Part.Body)
        {
            var next = (int)Math.Min(block.Length, body.Left);
            if (!Refuse(body.Append(block[..next], at)))
            {
                at += next;
                EndBody();
            }

            return next;
        }

        var wanted = part switch { Part.Magic or Part.Prefix => 8, Part.Tail => TailBytes, _ => metadataBytes };
        var taken = Math.Min(wanted - heldBytes, block.Length);
        Hold(block[..taken], wanted);
        at += taken;
        if (heldBytes == wanted)
        {
            heldBytes = 0;
            Complete(held.AsSpan(0, wanted));
        }

        return taken;
    }

    /// <summary>Memory grows as bytes come, not as a length claims.</summary>
    private void Hold(ReadOnlySpan<byte> bytes, int wanted)
    {
        if (held.Length < heldBytes + bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(wanted, Math.Max(2 * held.Length, heldBytes + bytes.Length)));
            held.AsSpan(0, heldBytes).CopyTo(larger);
            Release();
            held = larger;
        }

        bytes.CopyTo(held.AsSpan(heldBytes));
        heldBytes += bytes.Length;
    }

    private void Complete(ReadOnlySpan<byte> whole)
    {
        switch (part)
        {
            case Part.Magic:
                part = Part.Prefix;
                if (!whole.SequenceEqual(Magic))
                {
                    Refuse(RefusalCode.FormatMalformed, 6, "the magic is not padded with zeros");
                }

                break;
            case Part.Prefix:
                Prefix(whole);
                break;
            case Part.Metadata:
                part = Part.Body;
                if (!Refuse(messages.Read(held, whole.Length, messageAt, fileBytes - at, out body)))
                {
                    EndBody();
                }

                break;
            case Part.Footer:
                part = Part.Tail;
                Refuse(ArrowFooter.Read(held, whole.Length, at - whole.Length, messages));
                break;
            default:
                part = Part.Nothing;
                if (BinaryPrimitives.ReadInt32LittleEndian(whole) != metadataBytes || !whole[4..].SequenceEqual(Magic[..6]))
                {
                    Refuse(RefusalCode.FormatMalformed, at - TailBytes, "it does not end with its footer's length and the magic");
                }

                break;
        }
    }

    private void Prefix(ReadOnlySpan<byte> prefix)
    {
        messageAt = at - prefix.Length;
        metadataBytes = BinaryPrimitives.ReadInt32LittleEndian(prefix[4..]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(prefix) != uint.MaxValue || metadataBytes < 0 || metadataBytes % 8 != 0)
        {
            Refuse(RefusalCode.FormatMalformed, messageAt, "no message begins where one should");
        }
        else if (metadataBytes == 0)
        {
            EndStream();
        }
        else if (metadataBytes > ArrowLimits.MetadataBytes)
        {
            Refuse(RefusalCode.LimitExceeded, messageAt, $"metadata of more than {Findings.Number(ArrowLimits.MetadataBytes)} bytes");
        }
        else if (metadataBytes > fileBytes - at)
        {
            Refuse(RefusalCode.FormatMalformed, messageAt, "metadata that is longer than the file");
        }
        else
        {
            part = Part.Metadata;
        }
    }

    private void EndBody()
    {
        if (body.Left == 0 && !Refuse(body.Complete(at)))
        {
            part = Part.Prefix;
        }
    }

    private void EndStream()
    {
        var footerBytes = fileBytes - at - TailBytes;
        part = isFile ? Part.Footer : Part.Nothing;
        metadataBytes = (int)Math.Clamp(footerBytes, 0, ArrowLimits.MetadataBytes);
        if (messages.Schema is null)
        {
            Refuse(RefusalCode.FormatMalformed, messageAt, "it ends before its schema");
        }
        else if (isFile && footerBytes > ArrowLimits.MetadataBytes)
        {
            Refuse(RefusalCode.LimitExceeded, at, $"a footer of more than {Findings.Number(ArrowLimits.MetadataBytes)} bytes");
        }
        else if (isFile && footerBytes <= 0)
        {
            Refuse(RefusalCode.FormatMalformed, at, "it ends within the Arrow file");
        }
    }
}
