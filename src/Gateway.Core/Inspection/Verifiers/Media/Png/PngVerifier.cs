using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Gateway.Core.Inspection.Verifiers.Media.Png;

/// <summary>
/// One PNG image (W3C, Portable Network Graphics, third edition): a signature, then chunks with a CRC-32 each, from IHDR to IEND. The
/// pixels are inflated to exactly the bytes that the header asks for. Only chunks of the standard are read; those of APNG are refused.
/// </summary>
internal sealed class PngVerifier(long fileBytes) : MediaVerifier(fileBytes)
{
    private readonly Crc32 crc = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private PngHeader header;
    private PngPixels? pixels;
    private int paletteEntries;
    private string last = "";

    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public override FileFormat Format => FileFormat.Png;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("width", Findings.Number(header.Width)),
        new("height", Findings.Number(header.Height)),
        new("colour", $"{header.ColourName}, {header.Depth} bit"),
        .. Metadata.Summary,
    ];

    protected override IEnumerator<Want> Parse()
    {
        yield return Whole(Signature.Length, "the PNG signature");
        if (!Item.SequenceEqual(Signature))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as PNG does");
            yield break;
        }

        while (last != "IEND")
        {
            yield return Whole(8, "a chunk's header");
            var length = BinaryPrimitives.ReadUInt32BigEndian(Item);
            var type = Encoding.Latin1.GetString(Item[4..]);
            if (!MayFollow(type, length))
            {
                yield break;
            }

            crc.Append(Item[4..]);
            if (type == "IDAT")
            {
                yield return Run(length, AppendPixels, "its pixels");
                yield return Whole(4, "a chunk's CRC");
                CheckCrc(type, Item);
            }
            else
            {
                yield return Whole((int)length + 4, $"the chunk {type}");
                crc.Append(Item[..^4]);
                if (CheckCrc(type, Item[^4..]))
                {
                    Chunk(type, Item[..^4]);
                }
            }

            last = type;
        }
    }

    private bool MayFollow(string type, uint length)
    {
        var rule = PngChunkRule.All.GetValueOrDefault(type);
        var (least, most) = type switch
        {
            "IHDR" => (PngHeader.Bytes, PngHeader.Bytes),
            "PLTE" => (3, 768),
            "IDAT" => (0, int.MaxValue),
            "IEND" => (0, 0),
            _ => (rule?.Least ?? 0, rule?.Most ?? -1),
        };
        if (last.Length == 0 != (type == "IHDR"))
        {
            Malformed(ItemAt, "it does not begin with one IHDR");
        }
        else if (type is "acTL" or "fcTL" or "fdAT")
        {
            Refuse(RefusalCode.FormatUnknown, ItemAt, "a PNG that moves; submit its frames as images");
        }
        else if (most < 0)
        {
            Refuse(RefusalCode.FormatUnknown, ItemAt, $"the chunk {Findings.Quote(Item[4..])}, which is not of the standard, or that nothing here reads");
        }
        else if (length > int.MaxValue || (length > most && most < MediaLimits.MetadataBytes) || length < least)
        {
            Malformed(ItemAt, $"the chunk {type} of {Findings.Number(length)} bytes");
        }
        else if (length > most)
        {
            Refuse(RefusalCode.LimitExceeded, ItemAt, $"the chunk {type} of more than {Findings.Number(most)} bytes");
        }
        else if (!IsInOrder(type, rule))
        {
            Malformed(ItemAt, $"the chunk {type} where it may not be, or once more");
        }

        return Refusal is null;
    }

    private bool IsInOrder(string type, PngChunkRule? rule)
    {
        var isFirst = seen.Add(type);
        var hasPixels = seen.Contains("IDAT");
        return type switch
        {
            "IHDR" => isFirst,
            "PLTE" => isFirst && !hasPixels && header.Colour is 2 or 3 or 6 && !seen.Overlaps(["bKGD", "hIST", "tRNS"]),
            "IDAT" => (isFirst || last == "IDAT") && (!header.IsPalette || paletteEntries > 0),
            "IEND" => hasPixels && Ends(),
            _ => (isFirst || !rule!.IsOne) && rule!.Place switch
            {
                PngPlace.BeforePalette => !hasPixels && paletteEntries == 0,
                PngPlace.BeforePixels or PngPlace.BehindPalette => !hasPixels,
                _ => true,
            },
        };
    }

    /// <summary>True where the pixels are complete, or where they were refused for it.</summary>
    private bool Ends()
    {
        if ((pixels is null ? "no pixels" : pixels.Complete()) is { } missing)
        {
            Malformed(ItemAt, missing);
        }

        return true;
    }

    private int AppendPixels(ReadOnlySpan<byte> part)
    {
        crc.Append(part);
        pixels ??= new PngPixels(header);
        if (pixels.Append(part) is { } wrong)
        {
            Malformed(At, wrong);
        }

        return part.Length;
    }

    private bool CheckCrc(string type, ReadOnlySpan<byte> stored)
    {
        var computed = crc.GetCurrentHashAsUInt32();
        crc.Reset();
        if (BinaryPrimitives.ReadUInt32BigEndian(stored) != computed)
        {
            Malformed(At - 4, $"the chunk {type} with a wrong CRC");
        }

        return Refusal is null;
    }

    private void Chunk(string type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case "IHDR":
                Header(data);
                break;
            case "PLTE":
                paletteEntries = data.Length / 3;
                if (data.Length % 3 != 0 || (header.IsPalette && paletteEntries > 1 << header.Depth))
                {
                    Malformed(ItemAt, "a palette that does not fit");
                }

                break;
            case "tEXt" or "zTXt" or "iTXt" or "iCCP":
                if (PngText.Read(type, data, out var bytes) is { } wrong)
                {
                    Malformed(ItemAt, $"the chunk {type} has {wrong}");
                }
                else
                {
                    Carry(type, ItemAt, bytes, type != "iCCP", type == "iCCP" ? default : type == "tEXt" ? data : data[..data.IndexOf((byte)0)]);
                }

                break;
            default:
                if (!PngAncillary.IsGood(type, data, header, paletteEntries))
                {
                    Malformed(ItemAt, $"the chunk {type} has values that the standard does not");
                }
                else if (type == "eXIf")
                {
                    Carry(type, ItemAt, data.Length, isFree: true);
                }

                break;
        }
    }

    private void Header(ReadOnlySpan<byte> data)
    {
        if (PngHeader.Read(data) is not { } read)
        {
            Malformed(ItemAt, "IHDR has values that the standard does not");
            return;
        }

        header = read;
        Fits(ItemAt, header.Width, header.Height);
    }
}
