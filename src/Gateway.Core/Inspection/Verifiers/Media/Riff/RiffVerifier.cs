using System.Buffers.Binary;
using System.Text;

namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>
/// A RIFF of one form: its size is the file's, and chunks cover it, each padded to even with a zero byte (Microsoft and IBM, Multimedia
/// Programming Interface 1.0, chapter 2; RFC 9649, 2.3).
/// </summary>
internal abstract class RiffVerifier(long fileBytes, string form) : MediaVerifier(fileBytes)
{
    /// <summary>Bytes of the name and size of a chunk.</summary>
    protected const int ChunkHeaderBytes = 8;

    private const int RiffHeaderBytes = 12;

    /// <summary>Name of the chunk that is being read.</summary>
    protected string Chunk { get; private set; } = "";

    /// <summary>Bytes of its data.</summary>
    protected long ChunkBytes { get; private set; }

    public static bool Begins(ReadOnlySpan<byte> head, ReadOnlySpan<byte> form) =>
        head.Length >= RiffHeaderBytes && head.StartsWith("RIFF"u8) && head.Slice(8, 4).SequenceEqual(form);

    protected sealed override IEnumerator<Want> Parse()
    {
        yield return Whole(RiffHeaderBytes, "the RIFF header");
        if (Item.StartsWith("RF64"u8) || Item.StartsWith("BW64"u8))
        {
            Refuse(RefusalCode.FormatUnknown, 0, "sound of RF64 or BW64; write WAV below 4 GiB, or FLAC");
            yield break;
        }

        if (!Begins(Item, Encoding.ASCII.GetBytes(form)))
        {
            Refuse(RefusalCode.FormatMismatch, 0, $"it does not begin as a RIFF of {form.Trim()} does");
            yield break;
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(Item[4..]);
        if (size != FileBytes - 8)
        {
            Malformed(4, $"its RIFF says {Findings.Number(size)} bytes; {Findings.Number(FileBytes - 8)} follow");
            yield break;
        }

        while (At < FileBytes)
        {
            yield return Whole(ChunkHeaderBytes, "a chunk's header");
            if (!ReadHeader(Item, FileBytes))
            {
                yield break;
            }

            // The file may end with a chunk whose padding is left out; its size is then odd, and is refused.
            var pad = (int)(ChunkBytes & 1);
            using var body = Body();
            while (body.MoveNext())
            {
                yield return body.Current;
            }

            if (pad > 0)
            {
                yield return Whole(pad, "a chunk's padding");
                if (Item[0] != 0)
                {
                    Malformed(ItemAt, "a chunk padded with something else than zero");
                    yield break;
                }
            }
        }

        Ends();
    }

    /// <summary>Reads the data of <see cref="Chunk"/>, exactly <see cref="ChunkBytes"/>.</summary>
    protected abstract IEnumerator<Want> Body();

    /// <summary>The last chunk ended.</summary>
    protected abstract void Ends();

    /// <summary>Reads a chunk's header; false where it does not fit into what holds it.</summary>
    protected bool ReadHeader(ReadOnlySpan<byte> header, long end)
    {
        Chunk = Encoding.Latin1.GetString(header[..4]);
        ChunkBytes = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (ChunkBytes + (ChunkBytes & 1) > end - At)
        {
            Malformed(ItemAt, $"the chunk {Findings.Quote(header[..4])} is longer than what holds it");
        }

        return Refusal is null;
    }

    protected void RefuseChunk(string name) =>
        Refuse(RefusalCode.FormatUnknown, ItemAt, $"the chunk {Findings.Quote(Encoding.Latin1.GetBytes(name))}, which may not be here");

    /// <summary>True where the chunk may be held whole.</summary>
    protected bool IsHeld(long least, long most)
    {
        if (ChunkBytes < least)
        {
            Malformed(ItemAt, $"a chunk of {Findings.Number(ChunkBytes)} bytes, where at least {Findings.Number(least)} belong");
        }
        else if (ChunkBytes > most)
        {
            Refuse(RefusalCode.LimitExceeded, ItemAt, $"a chunk of more than {Findings.Number(most)} bytes");
        }

        return Refusal is null;
    }
}
