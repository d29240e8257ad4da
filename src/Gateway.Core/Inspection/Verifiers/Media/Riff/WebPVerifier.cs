namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>
/// One WebP image, lossy, lossless or extended, which may move (RFC 9649): chunks in the order of the standard, as the flags of VP8X
/// announce them, and headers of the bitstreams. Unknown chunks are refused. The compressed pixels behind the headers are not decoded.
/// </summary>
internal sealed class WebPVerifier(long fileBytes) : RiffVerifier(fileBytes, "WEBP")
{
    private const int FrameHeaderBytes = 16;
    private const byte Profile = 0x20;
    private const byte Alpha = 0x10;
    private const byte Exif = 0x08;
    private const byte Xmp = 0x04;
    private const byte Moves = 0x02;

    /// <summary>Flags of VP8X; null without one.</summary>
    private byte? flags;
    private byte seenFlags;
    private long width;
    private long height;

    /// <summary>The image or its last part was read; only metadata may follow.</summary>
    private bool hasImage;
    private bool hasAlphaChunk;
    private bool hasAlphaBit;
    private string coding = "";
    private int frames;
    private long framePixels;

    public override FileFormat Format => FileFormat.WebP;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("width", Findings.Number(width)),
        new("height", Findings.Number(height)),
        new("colour", ((flags ?? 0) & Alpha) != 0 || hasAlphaBit || hasAlphaChunk ? "RGB with alpha" : "RGB"),
        new("coding", coding),
        .. frames > 0 ? [new SummaryEntry("frames", Findings.Number(frames))] : Array.Empty<SummaryEntry>(),
        .. Metadata.Summary,
    ];

    protected override IEnumerator<Want> Body()
    {
        if (!MayFollow(Chunk))
        {
            yield break;
        }

        switch (Chunk)
        {
            case "VP8X":
                yield return Whole((int)ChunkBytes, "VP8X");
                Extended(Item);
                break;
            case "ANIM":
                yield return Whole((int)ChunkBytes, "ANIM");
                break;
            case "ANMF":
                var frame = Frame();
                while (frame.MoveNext())
                {
                    yield return frame.Current;
                }

                break;
            case "ICCP" or "EXIF" or "XMP ":
                yield return Whole((int)ChunkBytes, "metadata");
                Carried(Item);
                break;
            default:
                var image = Image(width, height);
                while (image.MoveNext())
                {
                    yield return image.Current;
                }

                hasImage = Chunk != "ALPH";
                break;
        }
    }

    protected override void Ends()
    {
        if (!hasImage || (frames == 0 && flags is { } f && (f & Moves) != 0))
        {
            Malformed(At, "it ends before its image");
        }
        else if (flags is { } announced && (announced & (Profile | Exif | Xmp)) != (seenFlags & (Profile | Exif | Xmp)))
        {
            Malformed(At, "chunks other than those its VP8X announces");
        }
        else if (flags is { } extended && (extended & Alpha) == 0 && (hasAlphaBit || hasAlphaChunk))
        {
            Malformed(At, "transparency that its VP8X does not announce");
        }
    }

    /// <summary>VP8X, ICCP, ANIM, then frames or one image with its ALPH before it, then EXIF and XMP (RFC 9649, 2.7).</summary>
    private bool MayFollow(string chunk)
    {
        var isFirst = ItemAt == 12;
        var isMoving = ((flags ?? 0) & Moves) != 0;
        var may = chunk switch
        {
            "VP8X" => isFirst && ChunkBytes == 10,
            "VP8 " => !hasImage && !isMoving && (flags is not null || isFirst) && ChunkBytes > WebPBitstream.LossyBytes,
            "VP8L" => !hasImage && !isMoving && (flags is not null || isFirst) && ChunkBytes > WebPBitstream.LosslessBytes && !hasAlphaChunk,
            _ when flags is null => false,
            "ICCP" => seenFlags == 0 && !hasImage && !hasAlphaChunk,
            "ANIM" => isMoving && (seenFlags & Moves) == 0 && ChunkBytes == 6,
            "ANMF" => isMoving && (seenFlags & Moves) != 0 && (seenFlags & (Exif | Xmp)) == 0 && ChunkBytes > FrameHeaderBytes,
            "ALPH" => !hasImage && !isMoving && !hasAlphaChunk && ChunkBytes > 1,
            "EXIF" => hasImage && (seenFlags & Exif) == 0,
            "XMP " => hasImage && (seenFlags & Xmp) == 0,
            _ => false,
        };
        if (!may)
        {
            RefuseChunk(chunk);
        }
        else if (chunk is "ICCP" or "EXIF" or "XMP ")
        {
            IsHeld(1, MediaLimits.MetadataBytes);
        }

        seenFlags |= chunk switch { "ICCP" => Profile, "ANIM" => Moves, "EXIF" => Exif, "XMP " => Xmp, _ => (byte)0 };
        return Refusal is null;
    }

    private void Extended(ReadOnlySpan<byte> data)
    {
        flags = data[0];
        width = Number(data[4..]) + 1;
        height = Number(data[7..]) + 1;
        if ((data[0] & 0xC1) != 0 || Number(data[1..]) != 0)
        {
            Malformed(ItemAt, "VP8X with reserved bits set");
        }

        Fits(ItemAt, width, height);
    }

    private void Carried(ReadOnlySpan<byte> data)
    {
        var (kind, isGood) = Chunk switch
        {
            "ICCP" => ("ICC profile", IccProfile.IsHeader(data, data.Length)),
            "EXIF" => ("Exif", TiffHeader.Begins(data)),
            _ => ("XMP", true),
        };
        if (!isGood)
        {
            Malformed(ItemAt, $"{kind} that is none");
            return;
        }

        Carry(kind, ItemAt, data.Length, kind != "ICC profile", kind == "XMP" ? data : default);
    }

    private IEnumerator<Want> Image(long wide, long high)
    {
        coding = Chunk == "VP8L" ? "lossless" : "lossy";
        var headerBytes = Chunk switch { "VP8L" => WebPBitstream.LosslessBytes, "VP8 " => WebPBitstream.LossyBytes, _ => 1 };
        yield return Whole(headerBytes, "an image's header");
        if (Chunk == "ALPH")
        {
            AlphaHeader(Item[0], wide * high);
        }
        else if ((Chunk == "VP8L" ? WebPBitstream.Lossless(Item) : WebPBitstream.Lossy(Item, ChunkBytes)) is not { } read)
        {
            Malformed(ItemAt, $"an image whose {Chunk.Trim()} header has values that the standard does not");
        }
        else if (flags is not null && (read.Width != wide || read.Height != high))
        {
            Malformed(ItemAt, "an image of another size than its frame");
        }
        else
        {
            (width, height) = flags is null ? (read.Width, read.Height) : (width, height);
            hasAlphaBit |= read.HasAlpha;
            Fits(ItemAt, width, height);
        }

        yield return Run(ChunkBytes - headerBytes, static part => part.Length, "an image");
    }

    /// <summary>Two reserved bits, preprocessing, filter, compression (RFC 9649, 2.7.1.2).</summary>
    private void AlphaHeader(byte header, long pixels)
    {
        hasAlphaChunk = true;
        if (header >> 6 != 0 || ((header >> 4) & 3) > 1 || (header & 3) > 1 || ((header & 3) == 0 && ChunkBytes != 1 + pixels))
        {
            Malformed(ItemAt, "ALPH with values that the standard does not have, or of the wrong size");
        }
    }

    private IEnumerator<Want> Frame()
    {
        var end = At + ChunkBytes;
        yield return Whole(FrameHeaderBytes, "a frame's header");
        var (wide, high) = (Number(Item[6..]) + 1, Number(Item[9..]) + 1);
        framePixels += wide * high;
        if ((Item[15] & 0xFC) != 0 || (2 * Number(Item)) + wide > width || (2 * Number(Item[3..])) + high > height)
        {
            Malformed(ItemAt, "a frame beyond its canvas, or with reserved bits set");
        }
        else if (++frames > MediaLimits.Frames || framePixels > MediaLimits.Pixels)
        {
            Refuse(RefusalCode.LimitExceeded, ItemAt, $"more than {MediaLimits.Frames} frames or {Findings.Number(MediaLimits.Pixels)} pixels in them");
        }

        var hadAlpha = false;
        hasImage = false;
        while (At < end)
        {
            yield return Whole(ChunkHeaderBytes, "a frame's chunk");
            if (ReadHeader(Item, end))
            {
                FrameChunk(hadAlpha);
                hadAlpha |= Chunk == "ALPH";
            }

            var pad = (int)(ChunkBytes & 1);
            var image = Image(wide, high);
            while (Refusal is null && image.MoveNext())
            {
                yield return image.Current;
            }

            hasImage |= Chunk != "ALPH";
            yield return Whole(pad, "a chunk's padding");
            if (pad > 0 && Item[0] != 0)
            {
                Malformed(ItemAt, "a chunk padded with something else than zero");
            }
        }

        if (!hasImage)
        {
            Malformed(At, "a frame without an image");
        }
    }

    private void FrameChunk(bool hadAlpha)
    {
        var may = Chunk switch
        {
            "ALPH" => !hadAlpha && !hasImage && ChunkBytes > 1,
            "VP8 " => !hasImage && ChunkBytes > WebPBitstream.LossyBytes,
            "VP8L" => !hasImage && !hadAlpha && ChunkBytes > WebPBitstream.LosslessBytes,
            _ => false,
        };
        if (!may)
        {
            RefuseChunk(Chunk);
        }
    }

    private static long Number(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
