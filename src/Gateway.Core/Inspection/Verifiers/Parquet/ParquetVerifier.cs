using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// A Parquet file: <c>PAR1</c>, column chunks of pages with their indexes and bloom filters, metadata in Thrift, its length, <c>PAR1</c>
/// (apache/parquet-format, README and parquet.thrift). The metadata at the end is read first; it says what each byte before it is, and the bytes are
/// held against it as they come. Pages are walked by their headers; what they compress is not decoded.
/// </summary>
internal sealed class ParquetVerifier(FileContent content) : Verifier
{
    /// <summary>Length of the footer and the magic behind it.</summary>
    private const int TailBytes = 8;

    private const string Changed = "it changed while it was read";

    private readonly ZipTail zip = new(content.Bytes);
    private readonly byte[] tail = new byte[TailBytes];
    private ParquetFooter? footer;
    private ParquetRange[] layout = [];
    private int current;
    private ParquetSection? section;

    /// <summary>What every Parquet file begins and ends with.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    public override FileFormat Format => FileFormat.Parquet;

    public override IEnumerable<Finding> Warnings => footer?.Metadata.LongValue is { } found ? [found] : [];

    private static ReadOnlySpan<byte> EncryptedMagic => "PARE"u8;

    /// <summary>Prose may begin with the magic; a Parquet file holds NUL bytes, because every struct ends with one.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) => head.StartsWith(Magic) && head.Contains((byte)0);

    public override IReadOnlyList<SummaryEntry> Summarise()
    {
        var named = footer!.Columns.Take(ParquetLimits.SummaryColumns).Select(c => $"{ParquetPath.Quote(footer.Bytes, c.Path)} {c.TypeName}");
        var more = footer.Columns.Count > ParquetLimits.SummaryColumns ? ", ..." : "";
        var codecs = Enum.GetValues<ParquetCodec>().Where(c => (footer.Codecs >> (int)c & 1) != 0).Select(Name);
        List<SummaryEntry> summary =
        [
            new("rows", Findings.Number(footer.Rows)),
            new("columns", Findings.Number(footer.Columns.Count)),
            new("schema", string.Join(", ", named) + more),
            new("row groups", Findings.Number(footer.RowGroups)),
            new("codecs", string.Join(", ", codecs)),
            new("metadata entries", Findings.Number(footer.Metadata.Entries)),
        ];
        if (footer.CreatedBy is { } writer)
        {
            summary.Add(new("created by", writer));
        }

        return summary;
    }

    public override FileInspection Attach(FileInspection inspection) => inspection with { Rows = footer!.Rows };

    protected override void Release() => (section as IDisposable)?.Dispose();

    protected override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0 && (Begin(block) || ReadFooter()))
        {
            return;
        }

        zip.Append(block, Offset);
        var at = Offset;
        if (at == 0)
        {
            at = Magic.Length;
            block = block[Magic.Length..];
        }

        while (!block.IsEmpty && Refusal is null)
        {
            var taken = at < footer!.Offset ? InRange(block, at) : InFooter(block, at);
            block = block[taken..];
            at += taken;
        }
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
            return;
        }

        foreach (var chunk in footer!.Chunks)
        {
            if (chunk.HasOffsetIndex && (chunk.Begin < chunk.End || chunk.Indexed.Pages > 0)
                && (chunk.Found != chunk.Indexed || (chunk.HasColumnIndex && chunk.ColumnIndexPages != chunk.Found.Pages)))
            {
                Refuse(RefusalCode.FormatMalformed, chunk.Begin, "Parquet: an index that does not describe its column's pages");
            }
        }

        Refuse(zip.Complete());
    }

    /// <summary>True where it is refused.</summary>
    private bool Begin(ReadOnlySpan<byte> block)
    {
        if (!block.StartsWith(Magic))
        {
            var isEncrypted = block.StartsWith(EncryptedMagic);
            Refuse(isEncrypted ? RefusalCode.FormatUnknown : RefusalCode.FormatMismatch, 0, isEncrypted ? "an encrypted Parquet file" : "it does not begin as Parquet does");
        }
        else if (content.Bytes < Magic.Length + TailBytes)
        {
            Refuse(RefusalCode.FormatMalformed, content.Bytes, "it ends within the Parquet footer");
        }

        return Refusal is not null;
    }

    /// <summary>Reads the footer ahead; true where it is refused.</summary>
    private bool ReadFooter()
    {
        var tailAt = content.Bytes - TailBytes;
        if (content.Read(tailAt, tail) != TailBytes)
        {
            Refuse(RefusalCode.FormatMalformed, tailAt, Changed);
            return true;
        }

        if (!tail.AsSpan(4).SequenceEqual(Magic))
        {
            var isEncrypted = tail.AsSpan(4).SequenceEqual(EncryptedMagic);
            Refuse(
                isEncrypted ? RefusalCode.FormatUnknown : RefusalCode.FormatMalformed,
                tailAt + 4,
                isEncrypted ? "an encrypted Parquet file" : "it does not end as Parquet does");
            return true;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > tailAt - Magic.Length)
        {
            Refuse(RefusalCode.FormatMalformed, tailAt, "the Parquet footer is longer than the file");
            return true;
        }

        if (length > ParquetLimits.FooterBytes)
        {
            Refuse(RefusalCode.LimitExceeded, tailAt, $"a Parquet footer of more than {Findings.Number(ParquetLimits.FooterBytes)} bytes");
            return true;
        }

        var bytes = new byte[length];
        if (content.Read(tailAt - length, bytes) != length)
        {
            Refuse(RefusalCode.FormatMalformed, tailAt - length, Changed);
            return true;
        }

        return Refuse(ParquetFooter.Read(bytes, tailAt - length, out footer)) || Refuse(ParquetLayout.Of(footer, content.Read, out layout));
    }

    private int InRange(ReadOnlySpan<byte> block, long at)
    {
        var range = layout[current];
        var taken = (int)Math.Min(block.Length, range.End - at);
        section ??= Open(range);
        if (!Refuse(section.Append(block[..taken], at)) && at + taken == range.End)
        {
            Refuse(section.Complete());
            (section as IDisposable)?.Dispose();
            section = null;
            current++;
        }

        return taken;
    }

    private ParquetSection Open(ParquetRange range) => range.Kind switch
    {
        ParquetRangeKind.Pages => new ParquetPages(range, footer!.Bytes),
        ParquetRangeKind.OffsetIndex => new ParquetOffsetIndex(range),
        ParquetRangeKind.ColumnIndex => new ParquetColumnIndex(range),
        ParquetRangeKind.BloomFilter => new ParquetBloomFilter(range),
        _ => new ParquetRepeated(range, footer!.Bytes),
    };

    /// <summary>What was read ahead is what comes by.</summary>
    private int InFooter(ReadOnlySpan<byte> block, long at)
    {
        var bytes = footer!.Bytes;
        var skip = at - footer.Offset;
        var known = skip < bytes.Length ? bytes.AsSpan((int)skip) : tail.AsSpan((int)(skip - bytes.Length));
        var taken = Math.Min(block.Length, known.Length);
        if (!block[..taken].SequenceEqual(known[..taken]))
        {
            Refuse(RefusalCode.FormatMalformed, at, Changed);
        }

        return taken;
    }

    private static string Name(ParquetCodec codec) => codec == ParquetCodec.Lz4Raw ? "LZ4_RAW" : codec.ToString().ToUpperInvariant();
}
