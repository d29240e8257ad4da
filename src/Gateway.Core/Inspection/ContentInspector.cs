using System.Buffers;
using Gateway.Core.Inspection.Refused;
using Gateway.Core.Inspection.Verifiers;

namespace Gateway.Core.Inspection;

/// <summary>
/// Finds out what a content is and reads it to its last byte, pushed in chunks of any size, in bounded memory. The content says what it is and the name must
/// agree; nothing is accepted for its name alone.
/// </summary>
internal sealed class ContentInspector : IDisposable
{
    private readonly FileContent content;
    private readonly FileFormat claimed;
    private readonly PickleWalk pickle = new();
    private byte[] block = [];
    private int blockBytes;
    private long inspected;
    private Verifier? verifier;

    /// <summary>What it was recognised as by its first block or name, which no verifier then needs to read.</summary>
    private Finding? recognised;

    /// <summary>What the content is beyond doubt, whatever the name says.</summary>
    private FileFormat shown;

    public ContentInspector(FileContent content)
        : this(content, FormatGuess.FromName(content.Name))
    {
    }

    /// <summary>As part of another content, where a name may claim what it does not claim alone.</summary>
    public ContentInspector(FileContent content, FileFormat claimed)
    {
        this.content = content;
        this.claimed = claimed;
    }

    /// <summary>The verifier that read it; null where it was refused before one was chosen.</summary>
    public Verifier? Verifier => recognised is null ? verifier : null;

    /// <summary>The next bytes.</summary>
    public void Append(ReadOnlySpan<byte> chunk)
    {
        while (!chunk.IsEmpty)
        {
            chunk = chunk[Cut(chunk)..];
        }
    }

    /// <summary>The content ended: why it may not cross, or null.</summary>
    public Finding? Complete(out FileFormat format)
    {
        if (blockBytes > 0 || inspected == 0)
        {
            Inspect(block.AsSpan(0, blockBytes));
        }

        pickle.Complete();
        verifier?.Complete();
        var refusal = pickle.Refusal ?? recognised ?? verifier!.Refusal;
        format = FormatOf(refusal);
        return refusal;
    }

    /// <summary>Returns pooled buffers.</summary>
    public void Dispose()
    {
        verifier?.Dispose();
        if (block.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(block);
            block = [];
        }
    }

    /// <summary>Takes bytes up to the end of the block; whole blocks pass without being copied.</summary>
    private int Cut(ReadOnlySpan<byte> chunk)
    {
        if (blockBytes == 0 && chunk.Length >= InspectionLimits.BlockBytes)
        {
            Inspect(chunk[..InspectionLimits.BlockBytes]);
            return InspectionLimits.BlockBytes;
        }

        if (block.Length == 0)
        {
            block = ArrayPool<byte>.Shared.Rent(InspectionLimits.BlockBytes);
        }

        var taken = Math.Min(chunk.Length, InspectionLimits.BlockBytes - blockBytes);
        chunk[..taken].CopyTo(block.AsSpan(blockBytes));
        blockBytes += taken;
        if (blockBytes == InspectionLimits.BlockBytes)
        {
            Inspect(block.AsSpan(0, blockBytes));
            blockBytes = 0;
        }

        return taken;
    }

    private void Inspect(ReadOnlySpan<byte> next)
    {
        if (inspected == 0)
        {
            Begin(next);
        }

        inspected += next.Length;
        if (shown == FileFormat.Unknown || !FormatTable.Of(shown).IsNoPickle)
        {
            pickle.Append(next);
        }

        if (!next.IsEmpty)
        {
            verifier?.Append(next);
        }
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        shown = FormatTable.Recognise(head, content.Bytes);
        recognised = Recognise(head);
        if (recognised is null && TarHeader.Begins(head))
        {
            // It is one, whatever may be wrong with a member.
            shown = FileFormat.WebDataset;
        }

        verifier = recognised is null ? FormatTable.Of(claimed).Verify(content) : null;
    }

    private Finding? Recognise(ReadOnlySpan<byte> head)
    {
        var name = content.Name;
        var isTar = TarHeader.Begins(head);
        if (isTar && claimed != FileFormat.WebDataset)
        {
            return Findings.Refuse(RefusalCode.ArchiveRefused, 0, "a tar archive");
        }

        // Behind a tar's first header comes what is inspected as a member; the header itself may begin as something else.
        var begin = isTar ? head[..TarHeader.Bytes] : head;

        if (shown == FileFormat.Unknown && DistributedCheckpoint.Recognise(begin, name) is { } distributed)
        {
            return distributed;
        }

        // A safetensors length may begin like anything: 35,615 like gzip, 640 like a pickle of protocol 2.
        if (shown == FileFormat.Unknown && (Signatures.Recognise(begin) ?? SourceText.Recognise(begin, name)) is { } known)
        {
            return known;
        }

        if (SourceNames.Recognise(name) is { } named)
        {
            return named;
        }

        if (shown != FileFormat.Unknown && shown != claimed)
        {
            return Findings.Refuse(RefusalCode.FormatMismatch, 0, $"it is {shown.Name()}, which its name does not say");
        }

        return claimed switch
        {
            FileFormat.Unknown => Findings.Refuse(RefusalCode.FormatUnknown, null, "neither its name nor its content is of a format that may cross"),
            _ when FormatTable.Of(claimed).IsText && head.IndexOf((byte)0) is >= 0 and var at =>
                Findings.Refuse(RefusalCode.FormatMismatch, at, "it is binary, which its name does not say"),
            _ => null,
        };
    }

    /// <summary>A file that is refused is what its content is beyond doubt, or what its verifier had begun to read.</summary>
    private FileFormat FormatOf(Finding? refusal) =>
        refusal is null || (refusal == verifier?.Refusal && refusal.Code != RefusalCatalogue.Of(RefusalCode.FormatMismatch).Name) ? claimed : shown;
}
