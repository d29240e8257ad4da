namespace Gateway.Core.Inspection.Verifiers;

/// <summary>Reads one file of one format to its last byte. The first refusal ends the reading; the bytes after it are only hashed.</summary>
internal abstract class Verifier : IDisposable
{
    /// <summary>The format it verifies.</summary>
    public abstract FileFormat Format { get; }

    /// <summary>Why the file does not follow its format, or null so far.</summary>
    public Finding? Refusal { get; private set; }

    /// <summary>Offset in the file of the block that is being read; after the last block, the file's size.</summary>
    protected long Offset { get; private set; }

    /// <summary>Findings that warn; complete after <see cref="Complete"/>.</summary>
    public virtual IEnumerable<Finding> Warnings => [];

    /// <summary>The next block. Blocks are whole but for the last.</summary>
    public void Append(ReadOnlySpan<byte> block)
    {
        if (Refusal is null)
        {
            Read(block);
            Offset += block.Length;
        }
    }

    /// <summary>The file ended.</summary>
    public void Complete()
    {
        if (Refusal is null)
        {
            End();
        }
    }

    /// <summary>What approvers are told; called only where nothing was refused.</summary>
    public abstract IReadOnlyList<SummaryEntry> Summarise();

    /// <summary>Adds what the artifact-wide checks need; called only where nothing was refused.</summary>
    public virtual FileInspection Attach(FileInspection inspection) => inspection;

    public void Dispose() => Release();

    protected abstract void Read(ReadOnlySpan<byte> block);

    protected abstract void End();

    /// <summary>Returns pooled buffers.</summary>
    protected virtual void Release()
    {
    }

    protected void Refuse(RefusalCode code, long offset, string message) => Refusal ??= Findings.Refuse(code, offset, message);

    /// <summary>Takes over a refusal found by a part of the verifier.</summary>
    protected bool Refuse(Finding? refusal)
    {
        Refusal ??= refusal;
        return Refusal is not null;
    }
}
