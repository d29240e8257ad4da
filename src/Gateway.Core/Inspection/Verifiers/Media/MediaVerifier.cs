namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>
/// A verifier written as one method that reads its file from front to back: it yields what it wants next, and goes on when that is
/// there. The end of that method is the end of the file: a byte more is refused.
/// </summary>
internal abstract class MediaVerifier(long fileBytes) : Verifier
{
    /// <summary>Readers of PDF look for its beginning so far into a file.</summary>
    private const int PdfBytes = 1024;

    private readonly ZipTail tail = new(fileBytes);
    private IEnumerator<Want>? parse;
    private Want want;
    private long left;
    private byte[] held = [];
    private int heldBytes;
    private bool ended;

    public override IEnumerable<Finding> Warnings => Metadata.Warnings;

    protected MediaMetadata Metadata { get; } = new();

    protected long FileBytes => fileBytes;

    /// <summary>Offset in the file of the first byte not used yet.</summary>
    protected long At { get; private set; }

    /// <summary>What was wanted whole.</summary>
    protected ReadOnlySpan<byte> Item => held.AsSpan(0, heldBytes);

    /// <summary>Offset in the file of <see cref="Item"/>.</summary>
    protected long ItemAt => At - heldBytes;

    protected abstract IEnumerator<Want> Parse();

    protected static Want Whole(int bytes, string what) => new(bytes, null, what);

    /// <summary>A run may be empty; then there is nothing to hand over.</summary>
    protected static Want Run(long bytes, Piece piece, string what) => new(bytes, bytes == 0 ? null : piece, what);

    protected static Want Some(Piece piece, string what) => new(0, piece, what);

    protected void Malformed(long offset, string message) => Refuse(RefusalCode.FormatMalformed, offset, message);

    /// <summary>Notes metadata that the file carries; false where it is too much.</summary>
    protected bool Carry(string kind, long offset, long bytes, bool isFree, ReadOnlySpan<byte> evidence = default)
    {
        Metadata.Add(kind, offset, bytes, isFree, evidence);
        if (Metadata.Bytes > MediaLimits.MetadataBytes)
        {
            Refuse(RefusalCode.LimitExceeded, offset, $"more than {Findings.Number(MediaLimits.MetadataBytes)} bytes of metadata");
        }

        return Refusal is null;
    }

    /// <summary>Refuses an image that is too large to open.</summary>
    protected bool Fits(long offset, long width, long height)
    {
        if (width > MediaLimits.Side || height > MediaLimits.Side || width * height > MediaLimits.Pixels)
        {
            Refuse(
                RefusalCode.LimitExceeded, offset,
                $"an image of more than {Findings.Number(MediaLimits.Pixels)} pixels, or {Findings.Number(MediaLimits.Side)} in a row or column");
        }

        return Refusal is null;
    }

    protected sealed override void Read(ReadOnlySpan<byte> block)
    {
        if (Offset == 0)
        {
            Begin(block);
        }

        tail.Append(block, Offset);
        while (Refusal is null && !block.IsEmpty)
        {
            if (ended)
            {
                Malformed(At, "bytes behind its end");
                return;
            }

            block = block[Give(block)..];
        }
    }

    protected sealed override void End()
    {
        if (Offset == 0)
        {
            Malformed(0, "it is empty");
        }
        else if (!ended)
        {
            Malformed(FileBytes, $"it ends within {want.What}");
        }

        Refuse(tail.Complete());
    }

    protected override void Release() => parse?.Dispose();

    private void Begin(ReadOnlySpan<byte> head)
    {
        if (head[..Math.Min(head.Length, PdfBytes + 5)].IndexOf("%PDF-"u8) is >= 0 and var at)
        {
            Refuse(RefusalCode.FormatMismatch, at, "a PDF document begins within it");
            return;
        }

        parse = Parse();
        Advance();
    }

    private int Give(ReadOnlySpan<byte> block)
    {
        var part = want.Bytes == 0 ? block : block[..(int)Math.Min(left, block.Length)];
        var taken = part.Length;
        if (want.Piece is null)
        {
            part.CopyTo(held.AsSpan(heldBytes));
            heldBytes += taken;
        }
        else
        {
            taken = want.Piece(part);
        }

        At += taken;
        left -= taken;
        if (left <= 0)
        {
            Advance();
        }

        return taken;
    }

    private void Advance()
    {
        while (Refusal is null && left <= 0)
        {
            ended = !parse!.MoveNext();
            if (ended || Refusal is not null)
            {
                return;
            }

            want = parse.Current;
            left = want.Bytes;
            if (left > FileBytes - At)
            {
                Malformed(FileBytes, $"it ends within {want.What}");
                return;
            }

            if (want.Piece is null)
            {
                Hold((int)want.Bytes);
            }
            else if (left == 0)
            {
                return;
            }
        }
    }

    private void Hold(int bytes)
    {
        heldBytes = 0;
        if (held.Length < bytes)
        {
            held = new byte[bytes];
        }
    }
}
