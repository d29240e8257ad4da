using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>
/// One JPEG image (ITU-T T.81, annex B; JFIF 1.02): SOI, segments with their lengths, scans, EOI, and nothing behind. Huffman coding of
/// 8-bit samples, baseline, extended or progressive. Entropy-coded data is searched for markers, and restarts are counted; it is not decoded.
/// </summary>
internal sealed class JpegVerifier(long fileBytes) : MediaVerifier(fileBytes)
{
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;

    private readonly JpegTables tables = new();
    private readonly JpegApplication application = new();
    private JpegFrame? frame;
    private int restartInterval;
    private int scans;

    /// <summary>Restart markers that the scan must have, and those that it had.</summary>
    private long restarts;
    private long restartsSeen;
    private bool isEscaped;
    private byte marker;

    /// <summary>The marker that ended a scan; 0 within one.</summary>
    private byte next;

    public static ReadOnlySpan<byte> Begin => [0xFF, 0xD8, 0xFF];

    public override FileFormat Format => FileFormat.Jpeg;

    private string Colour => (frame!.Components.Count, application.Transform) switch
    {
        (1, _) => "gray",
        (3, 0) => "RGB",
        (3, _) => "YCbCr",
        (_, 2) => "YCCK",
        _ => "CMYK",
    };

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("width", Findings.Number(frame!.Width)),
        new("height", Findings.Number(frame.Height)),
        new("colour", $"{Colour}, 8 bit"),
        new("coding", frame.IsProgressive ? $"progressive, {Findings.Number(scans)} scans" : "sequential"),
        .. Metadata.Summary,
    ];

    protected override IEnumerator<Want> Parse()
    {
        yield return Whole(2, "the JPEG signature");
        if (!Item.SequenceEqual(Begin[..2]))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as JPEG does");
            yield break;
        }

        yield return Whole(2, "a marker");
        Mark();
        while (Refusal is null && marker != EndOfImage && IsAllowed())
        {
            yield return Whole(2, "a segment's length");
            var length = BinaryPrimitives.ReadUInt16BigEndian(Item);
            if (length < 2)
            {
                Malformed(ItemAt, "a segment shorter than its length");
                yield break;
            }

            yield return Whole(length - 2, "a segment");
            Segment(Item);
            if (marker == StartOfScan && Refusal is null)
            {
                next = 0;
                while (next == 0)
                {
                    yield return Some(Scan, "a scan");
                }

                marker = next;
            }
            else
            {
                yield return Whole(2, "a marker");
                Mark();
            }
        }

        Ends();
    }

    private void Mark()
    {
        marker = Item[1];
        if (Item[0] != 0xFF || marker is 0 or 0xFF)
        {
            Malformed(ItemAt, "bytes where a marker belongs");
        }
    }

    private bool IsAllowed()
    {
        var name = $"0xff{marker:x2}";
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2 when frame is null:
            case 0xC4 or 0xDB or 0xDD:
            case StartOfScan when frame is not null:
            case >= 0xE0 and <= 0xEF or 0xFE when scans == 0:
                break;
            case 0xDC:
                Refuse(RefusalCode.FormatUnknown, At - 2, "a JPEG whose number of lines comes late (DNL)");
                break;
            case 0xC3 or (>= 0xC5 and <= 0xC7) or (>= 0xC8 and <= 0xCF):
                Refuse(RefusalCode.FormatUnknown, At - 2, $"JPEG of a process ({name}) other than baseline, extended or progressive Huffman");
                break;
            default:
                Malformed(At - 2, $"the marker {name} where it may not be");
                break;
        }

        return Refusal is null;
    }

    private void Segment(ReadOnlySpan<byte> data)
    {
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2:
                Frame(data);
                break;
            case 0xC4 when !tables.Code(data):
                Malformed(ItemAt, "a Huffman table that is malformed");
                break;
            case 0xDB when !tables.Quantize(data):
                Malformed(ItemAt, "a quantization table that is malformed");
                break;
            case 0xDD when data.Length != 2:
                Malformed(ItemAt, "a restart interval of the wrong length");
                break;
            case 0xDD:
                restartInterval = BinaryPrimitives.ReadUInt16BigEndian(data);
                break;
            case StartOfScan:
                BeginScan(data);
                break;
            case 0xFE:
                Carry("comment", ItemAt, data.Length, isFree: true, data);
                break;
            case >= 0xE0 and <= 0xEF:
                Application(data);
                break;
            default:
                break;
        }
    }

    private void Application(ReadOnlySpan<byte> data)
    {
        if (application.Read(marker, data, out var isFree) is { } kind)
        {
            Carry(kind, ItemAt, data.Length, isFree);
            return;
        }

        Refuse(RefusalCode.FormatUnknown, ItemAt, $"an application segment (0xff{marker:x2}) that is none of JFIF, Exif, XMP, ICC, Photoshop, Adobe, or there once more");
    }

    private void Frame(ReadOnlySpan<byte> data)
    {
        if (data is [12, ..])
        {
            Refuse(RefusalCode.FormatUnknown, ItemAt, "JPEG of 12-bit samples");
            return;
        }

        frame = JpegFrame.Read(marker, data);
        if (frame is null)
        {
            Malformed(ItemAt, "a frame header with values that the standard does not have");
            return;
        }

        Fits(ItemAt, frame.Width, frame.Height);
    }

    private void BeginScan(ReadOnlySpan<byte> data)
    {
        if (++scans > MediaLimits.JpegScans)
        {
            Refuse(RefusalCode.LimitExceeded, ItemAt, $"more than {MediaLimits.JpegScans} scans");
        }
        else if (JpegScan.Read(data, frame!, tables, out var wrong) is not { } scan)
        {
            Malformed(ItemAt, wrong);
        }
        else
        {
            restarts = restartInterval == 0 ? 0 : (frame!.Units(scan) - 1) / restartInterval;
            restartsSeen = 0;
        }
    }

    /// <summary>Looks for the marker that ends a scan; 0xFF00 is a byte of data, RST0 to RST7 come in turn (T.81, B.1.1.5, B.2.1).</summary>
    private int Scan(ReadOnlySpan<byte> part)
    {
        for (var at = 0; at < part.Length && Refusal is null;)
        {
            if (!isEscaped)
            {
                var escape = part[at..].IndexOf((byte)0xFF);
                if (escape < 0)
                {
                    break;
                }

                at += escape + 1;
                isEscaped = true;
                continue;
            }

            isEscaped = false;
            var code = part[at++];
            if (code is >= 0xD0 and <= 0xD7)
            {
                if (restartsSeen == restarts || (code & 7) != restartsSeen % 8)
                {
                    Malformed(At + at - 1, "a restart marker out of turn");
                }

                restartsSeen++;
            }
            else if (code == 0xFF)
            {
                Malformed(At + at - 1, "fill bytes before a marker");
            }
            else if (code != 0)
            {
                next = code;
                if (restartsSeen != restarts)
                {
                    Malformed(At + at - 1, "a scan with fewer restart markers than its interval asks for");
                }

                return at;
            }
        }

        return part.Length;
    }

    private void Ends()
    {
        if (frame is null || !frame.Components.All(c => c.HasDc))
        {
            Malformed(At, "it ends before each of its components was coded");
        }
        else if (application.IsProfileBroken)
        {
            Malformed(At, "a colour profile that is none");
        }
    }
}
