using System.Globalization;

namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>
/// One FLAC stream (RFC 9639): STREAMINFO, other metadata, then frames to the last byte. Every frame is walked through its subframes and
/// Rice codes to its end, and its CRCs are verified; samples are not restored, so the MD5 of them is not compared.
/// </summary>
internal sealed class FlacVerifier(long fileBytes) : FlacSubframes(fileBytes)
{
    private readonly FlacSeekTable seekTable = new();
    private readonly HashSet<int> seen = [];
    private FlacStreamInfo info;
    private string encoder = "";
    private FlacFrame frame;
    private long framesAt;
    private long frames;
    private long samples;
    private int shortest = int.MaxValue;
    private int longest;

    public static ReadOnlySpan<byte> Marker => "fLaC"u8;

    public override FileFormat Format => FileFormat.Flac;

    protected override int FrameBlock => frame.Block;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("channels", Findings.Number(info.Channels)),
        new("rate", $"{Findings.Number(info.Rate)} Hz"),
        new("coding", $"FLAC, {info.Bits} bit"),
        new("seconds", ((decimal)samples / info.Rate).ToString("#,0.000", CultureInfo.InvariantCulture)),
        .. encoder.Length > 0 ? [new SummaryEntry("encoder", encoder)] : Array.Empty<SummaryEntry>(),
    ];

    protected override IEnumerator<Want> Parse()
    {
        yield return Whole(Marker.Length, "the FLAC marker");
        if (!Item.SequenceEqual(Marker))
        {
            Refuse(RefusalCode.FormatMismatch, 0, "it does not begin as FLAC does");
            yield break;
        }

        var isLast = false;
        while (!isLast)
        {
            yield return Whole(4, "a metadata block's header");
            isLast = Item[0] >> 7 == 1;
            var type = Item[0] & 0x7F;
            var length = (Item[1] << 16) | (Item[2] << 8) | Item[3];
            if (!MayFollow(type, length))
            {
                yield break;
            }

            if (type == 1)
            {
                yield return Run(length, Zeros, "padding");
                continue;
            }

            yield return Whole(length, "a metadata block");
            Block(type, Item);
        }

        framesAt = At;
        while (Bits.BytesLeft > 0 || At < FileBytes)
        {
            using var one = Frame();
            while (one.MoveNext())
            {
                yield return one.Current;
            }

            if (Refusal is not null)
            {
                yield break;
            }
        }

        Ends();
    }

    private bool MayFollow(int type, int length)
    {
        if (seen.Count == 0 != (type == 0) || (!seen.Add(type) && type != 1))
        {
            Malformed(ItemAt, "a metadata block where it may not be, or once more");
        }
        else if (type is 2 or 5 or 6 or > 6)
        {
            var name = type switch { 2 => "an APPLICATION block", 5 => "a CUESHEET", 6 => "a PICTURE", _ => "a metadata block of a type to come" };
            Refuse(RefusalCode.FormatUnknown, ItemAt, $"{name}, which may not cross; remove it with metaflac");
        }
        else if (type == 0 && length != FlacStreamInfo.Bytes)
        {
            Malformed(ItemAt, "STREAMINFO of the wrong length");
        }
        else if (type is 3 or 4 && length > MediaLimits.MetadataBytes)
        {
            Refuse(RefusalCode.LimitExceeded, ItemAt, $"more than {Findings.Number(MediaLimits.MetadataBytes)} bytes of metadata");
        }

        return Refusal is null;
    }

    private int Zeros(ReadOnlySpan<byte> part)
    {
        if (part.IndexOfAnyExcept((byte)0) is >= 0 and var at)
        {
            Malformed(At + at, "padding with something else than zero");
        }

        return part.Length;
    }

    private void Block(int type, ReadOnlySpan<byte> data)
    {
        if (type == 0)
        {
            if (FlacStreamInfo.Read(data) is not { } read)
            {
                Malformed(ItemAt, "STREAMINFO has values that the standard does not");
                return;
            }

            info = read;
        }
        else if (type == 3)
        {
            if (!seekTable.Read(data))
            {
                Malformed(ItemAt, "a seek table that is malformed");
            }
        }
        else if (FlacComments.Read(data) is not { } comments)
        {
            Malformed(ItemAt, "comments that are malformed");
        }
        else
        {
            encoder = comments.Encoder;
            if (comments.Fields > 0 || comments.EncoderBytes > FlacComments.EncoderLimit)
            {
                Carry("comments", ItemAt, data.Length, isFree: true, data[(4 + comments.EncoderBytes)..] is [_, _, _, _, _, _, _, _, .. var first] ? first : default);
            }
        }
    }

    private IEnumerator<Want> Frame()
    {
        while (IsShort(FlacFrame.MostBits))
        {
            yield return More;
        }

        FrameAt = At - Bits.BytesLeft;
        Bits.Begin();
        if (!Begins())
        {
            yield break;
        }

        for (var channel = 0; channel < frame.Channels; channel++)
        {
            using var one = Subframe(info.Bits + (channel == frame.Side ? 1 : 0));
            while (one.MoveNext())
            {
                yield return one.Current;
            }

            if (Refusal is not null)
            {
                yield break;
            }
        }

        while (IsShort(32))
        {
            yield return More;
        }

        var padding = (int)(Bits.Available % 8);
        if (Bits.Available < padding + 16 || Bits.Take(padding) != 0)
        {
            // Behind the end there are zeros, of which some may have been read.
            Malformed(Math.Min(At - Bits.BytesLeft, FileBytes), "a frame that is cut off, or padded with something else than zero");
        }
        else if (Bits.Crc16() != Bits.Take(16))
        {
            Malformed(At - Bits.BytesLeft - 2, "a frame with a wrong CRC");
        }
        else
        {
            var bytes = (int)(At - Bits.BytesLeft - FrameAt);
            (shortest, longest) = (Math.Min(shortest, bytes), Math.Max(longest, bytes));
            samples += frame.Block;
            frames++;
        }
    }

    /// <summary>Reads a frame header and places it: numbers without a gap, and no short block but the last.</summary>
    private bool Begins()
    {
        var previous = frame;
        if (FlacFrame.Read(Bits, info, out var wrong) is not { } read)
        {
            Malformed(FrameAt, wrong);
            return false;
        }

        frame = read;
        var isShortBefore = frames > 0 && previous.Block < (frame.IsVariable ? info.LeastBlock : info.MostBlock);
        if (frame.Block > info.MostBlock || isShortBefore || (frames > 0 && previous.IsVariable != frame.IsVariable)
            || (!frame.IsVariable && info.LeastBlock != info.MostBlock) || frame.Number != (frame.IsVariable ? samples : frames))
        {
            Malformed(FrameAt, "a frame whose number or size does not follow from those before");
        }
        else if (!seekTable.Frame(samples, FrameAt - framesAt, frame.Block))
        {
            Malformed(FrameAt, "a seek point that is no frame, or speaks of it wrongly");
        }

        return Refusal is null;
    }

    private void Ends()
    {
        if (frames == 0 || (info.Samples != 0 && samples != info.Samples))
        {
            Malformed(At, $"STREAMINFO says {Findings.Number(info.Samples)} samples; there are {Findings.Number(samples)}");
        }
        else if (!seekTable.IsComplete)
        {
            Malformed(At, "a seek point that is no frame");
        }
        else if ((info.LeastFrame != 0 && info.LeastFrame > shortest) || (info.MostFrame != 0 && info.MostFrame < longest))
        {
            Malformed(At, "frames of other sizes than STREAMINFO says");
        }
    }
}
