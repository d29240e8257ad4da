using System.Buffers.Binary;
using System.Globalization;

namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>
/// Samples in a RIFF of form WAVE (Multimedia Programming Interface 1.0, chapter 3; Microsoft, WAVEFORMATEXTENSIBLE): one fmt, one data of
/// whole blocks, and of other chunks only fact, PEAK, LIST INFO, bext and padding of zeros.
/// </summary>
internal sealed class WavVerifier(long fileBytes) : RiffVerifier(fileBytes, "WAVE")
{
    /// <summary>Bytes of bext before its coding history (EBU Tech 3285, version 2).</summary>
    private const int BroadcastBytes = 602;

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private WavFormat? format;
    private long dataBytes;
    private uint? fact;

    public override FileFormat Format => FileFormat.Wav;

    private long Blocks => dataBytes / format!.Value.BlockAlign;

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("channels", Findings.Number(format!.Value.Channels)),
        new("rate", $"{Findings.Number(format.Value.Rate)} Hz"),
        new("coding", format.Value.Coding),
        new("seconds", ((decimal)Blocks / format.Value.Rate).ToString("#,0.000", CultureInfo.InvariantCulture)),
        .. Metadata.Summary,
    ];

    protected override IEnumerator<Want> Body()
    {
        if (!MayFollow(Chunk))
        {
            yield break;
        }

        if (Chunk == "data")
        {
            dataBytes = ChunkBytes;
            yield return Run(dataBytes, static part => part.Length, "its samples");
        }
        else if (Chunk is "JUNK" or "PAD " or "FLLR")
        {
            yield return Run(ChunkBytes, Zeros, "padding");
        }
        else
        {
            yield return Whole((int)ChunkBytes, $"the chunk {Chunk}");
            Small(Item);
        }
    }

    protected override void Ends()
    {
        if (!seen.Contains("data"))
        {
            Malformed(At, "it ends before its samples");
        }
        else if (fact is { } blocks && blocks != Blocks)
        {
            Malformed(At, $"fact says {Findings.Number(blocks)} samples a channel; there are {Findings.Number(Blocks)}");
        }
    }

    private bool MayFollow(string chunk)
    {
        var (least, most) = chunk switch
        {
            "fmt " => (WavFormat.LeastBytes, WavFormat.MostBytes),
            "fact" => (4, 4),
            "PEAK" => (16, 8 + (8L * MediaLimits.Channels)),
            "LIST" => (InfoList.LeastBytes, MediaLimits.MetadataBytes),
            "bext" => (BroadcastBytes, MediaLimits.MetadataBytes),
            "data" or "JUNK" or "PAD " or "FLLR" => (0, long.MaxValue),
            _ => (0, -1L),
        };
        if (most < 0)
        {
            RefuseChunk(chunk);
        }
        else if (!seen.Add(chunk) && chunk is not ("JUNK" or "PAD " or "FLLR"))
        {
            Malformed(ItemAt, $"the chunk {chunk} once more");
        }
        else if (chunk is "data" or "PEAK" or "fact" && format is null)
        {
            Malformed(ItemAt, $"the chunk {chunk} before the format of samples");
        }
        else if (chunk == "data" && ChunkBytes % format!.Value.BlockAlign != 0)
        {
            Malformed(ItemAt, "samples that are not whole blocks");
        }
        else if (most != long.MaxValue)
        {
            IsHeld(least, most);
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

    private void Small(ReadOnlySpan<byte> data)
    {
        switch (Chunk)
        {
            case "fmt ":
                format = WavFormat.Read(data);
                if (format is null)
                {
                    Malformed(ItemAt, "a format of samples that does not agree with itself, or that is none of PCM, float, A-law, mu-law");
                }

                break;
            case "fact":
                fact = BinaryPrimitives.ReadUInt32LittleEndian(data);
                break;
            case "PEAK" when data.Length != 8 + (8 * format!.Value.Channels) || BinaryPrimitives.ReadUInt32LittleEndian(data) != 1:
                Malformed(ItemAt, "PEAK of another number of channels, or version");
                break;
            case "PEAK":
                Carry("PEAK", ItemAt, data.Length, isFree: false);
                break;
            case "LIST" when !InfoList.IsWhole(data):
                Malformed(ItemAt, "a LIST that is not one of INFO texts");
                break;
            default:
                Carry(Chunk == "LIST" ? "INFO" : "bext", ItemAt, data.Length, isFree: true, data);
                break;
        }
    }
}
