using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>Inspects each member as a file of its own, by the very rules of files, and remembers what approvers are told.</summary>
internal sealed class WebDatasetMembers(ContentReader read) : IDisposable
{
    private readonly SortedDictionary<FileFormat, long> formats = [];
    private readonly WebDatasetFindings findings = new();
    private ContentInspector? content;
    private ArtifactPath path;
    private long at;
    private long bytes;

    /// <summary>How many there are of each format.</summary>
    public IReadOnlyDictionary<FileFormat, long> Formats => formats;

    /// <summary>Rows of all members.</summary>
    public long Rows { get; private set; }

    /// <summary>What was warned of in members.</summary>
    public IEnumerable<Finding> Warnings => findings.All;

    /// <summary>The next member, whose content begins at an offset of the file.</summary>
    public Finding? Begin(ArtifactPath member, long offset, long size)
    {
        (path, at, bytes) = (member, offset, size);
        var name = member.Value[(member.Value.LastIndexOf('/') + 1)..];
        var claimed = WebDatasetFormats.FromName(name);
        if (WebDatasetFormats.Refuse(claimed) is { } refusal)
        {
            return OfMember(refusal);
        }

        content = new ContentInspector(new FileContent(name, size, ReadMember), claimed);
        return null;
    }

    /// <summary>The next bytes of the member.</summary>
    public void Append(ReadOnlySpan<byte> part) => content!.Append(part);

    /// <summary>The member ended.</summary>
    public Finding? End()
    {
        using var ended = content!;
        content = null;
        if (ended.Complete(out var format) is { } refusal)
        {
            return OfMember(refusal);
        }

        foreach (var finding in ended.Verifier!.Warnings)
        {
            findings.Add(OfMember(finding));
        }

        formats[format] = formats.GetValueOrDefault(format) + 1;
        Rows += ended.Verifier.Attach(new FileInspection(path, bytes, format, [], [])).Rows;
        return null;
    }

    public void Dispose() => content?.Dispose();

    /// <summary>As a file of its own is read: nothing before it and nothing behind it.</summary>
    private int ReadMember(long offset, Span<byte> into)
    {
        var taken = (int)Math.Clamp(bytes - offset, 0, into.Length);
        return taken == 0 ? 0 : read(at + offset, into[..taken]);
    }

    private Finding OfMember(Finding finding) =>
        finding with { Offset = at + (finding.Offset ?? 0), Message = $"member {Findings.Quote(path.Value)}: {finding.Message}" };
}
