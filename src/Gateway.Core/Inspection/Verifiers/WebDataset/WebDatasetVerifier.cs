using System.Text;
using System.Text.Unicode;
using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>
/// Samples in a tar, as webdataset writes and reads them: POSIX tar (IEEE 1003.1, pax: "ustar Interchange Format" and "pax Interchange Format") of regular files
/// and directories, each file inspected as one. Every byte belongs to a header, a member, zeros that fill a block, or the zeros at the end.
/// </summary>
internal sealed class WebDatasetVerifier(FileContent content) : Verifier
{
    private readonly WebDatasetNames names = new();
    private readonly WebDatasetMembers members = new(content.Read);
    private readonly ZipTail tail = new(content.Bytes);
    private readonly byte[] pax = new byte[WebDatasetLimits.PaxBytes];
    private State state = State.Header;
    private UstarHeader? header;
    private long headerAt;
    private PaxRecords? records;

    /// <summary>Bytes of the content, pax header or padding that are still to come.</summary>
    private long left;

    private enum State
    {
        Header,
        Pax,
        Member,
        Padding,
        /// <summary>Zeros up to the end.</summary>
        End,
    }

    public override FileFormat Format => FileFormat.WebDataset;

    public override IEnumerable<Finding> Warnings => names.Warnings.Concat(members.Warnings);

    public override IReadOnlyList<SummaryEntry> Summarise() =>
    [
        new("members", Findings.Number(names.Members)),
        new("samples", Findings.Number(names.Samples)),
        new("formats", string.Join(", ", members.Formats.Select(f => $"{f.Key.Name()} x{Findings.Number(f.Value)}"))),
        .. members.Formats.Keys.Any(f => FormatTable.Of(f).HasRows) ? [new SummaryEntry("rows", Findings.Number(members.Rows))] : Array.Empty<SummaryEntry>(),
    ];

    public override FileInspection Attach(FileInspection inspection) =>
        inspection with { Rows = members.Rows, Samples = new SampleTotals(names.Members, names.Samples, [.. members.Formats.Keys]) };

    protected override void Release() => members.Dispose();

    protected override void Read(ReadOnlySpan<byte> block)
    {
        tail.Append(block, Offset);
        for (var at = 0; at < block.Length && Refusal is null;)
        {
            var rest = block[at..];
            at += state switch
            {
                State.Header => ReadHeader(rest[..Math.Min(rest.Length, UstarHeader.Bytes)], Offset + at),
                State.Pax or State.Member => ReadContent(rest[..(int)Math.Min(rest.Length, left)], Offset + at),
                State.Padding => ReadPadding(rest[..(int)Math.Min(rest.Length, left)], Offset + at),
                _ => ReadZeros(rest, Offset + at),
            };
        }
    }

    protected override void End()
    {
        if (Offset == 0)
        {
            Refuse(RefusalCode.FormatMalformed, 0, "it is empty");
        }
        else if (state != State.End)
        {
            Refuse(RefusalCode.FormatMalformed, Offset, "it ends without the two blocks of zeros that end a tar");
        }

        Refuse(tail.Complete());
    }

    private int ReadHeader(ReadOnlySpan<byte> block, long at)
    {
        // Blocks begin at multiples of 512, so a header is cut by the end of the file alone.
        if (block.Length == UstarHeader.Bytes && !block.ContainsAnyExcept((byte)0))
        {
            BeginEnd(at);
        }
        else if (!Refuse(UstarHeader.Read(block, at, out header)))
        {
            headerAt = at;
            Refuse(BeginEntry(at + UstarHeader.Bytes));
        }

        return block.Length;
    }

    /// <summary>An entry whose content begins at an offset of the file.</summary>
    private Finding? BeginEntry(long at)
    {
        if (Padded(header!.Size) > content.Bytes - at)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, headerAt + 124, $"{Findings.Quote(header.Name)} is longer than what is left of the tar");
        }

        left = header.Size;
        if (header.Type == UstarHeader.Pax)
        {
            return BeginPax();
        }

        if (records?.Apply(ref header, headerAt) is { } disagreement)
        {
            return disagreement;
        }

        if (Path(header, out var path) is { } refusal)
        {
            return refusal;
        }

        records = null;
        var isDirectory = header.Type == UstarHeader.Directory;
        if (isDirectory && left > 0)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, headerAt + 124, $"the directory {Findings.Quote(path.Value)} has content");
        }

        if ((names.Add(path, isDirectory, headerAt) ?? (isDirectory ? null : members.Begin(path, at, left))) is { } fault)
        {
            return fault;
        }

        state = isDirectory ? State.Header : State.Member;
        return !isDirectory && left == 0 ? EndContent(at) : null;
    }

    private Finding? BeginPax()
    {
        if (records is not null)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, headerAt, "two pax headers for one member");
        }

        if (left > WebDatasetLimits.PaxBytes)
        {
            return Findings.Refuse(RefusalCode.LimitExceeded, headerAt + 124, $"a pax header of more than {Findings.Number(WebDatasetLimits.PaxBytes)} bytes");
        }

        // Readers of 1988 make a file of it: under a name that says so, and that leads nowhere else.
        if (left == 0 || header!.Name.AsSpan().IndexOf("PaxHeader"u8) < 0 || header.Name is [(byte)'/', ..] || !UstarHeader.IsPlain(header.Name)
            || header.Name.AsSpan().IndexOf(".."u8) >= 0)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, headerAt, $"a pax header that is empty, or called {Findings.Quote(header!.Name)}");
        }

        state = State.Pax;
        return null;
    }

    private Finding? Path(UstarHeader entry, out ArtifactPath path)
    {
        path = default;
        if (!Utf8.IsValid(entry.Name))
        {
            return Invalid("not UTF-8");
        }

        // A directory's name may end with a slash; a file's may not.
        var name = Encoding.UTF8.GetString(entry.Name);
        name = entry.Type == UstarHeader.Directory && name.EndsWith('/') ? name[..^1] : name;
        return name is [_, ':', ..] ? Invalid("a drive") : ArtifactPath.Parse(name).Succeeded(out path, out var refusal) ? null : Invalid(refusal.Detail);

        Finding Invalid(string rule) => Findings.Refuse(RefusalCode.PathInvalid, headerAt, $"member {Findings.Quote(entry.Name)}: {Findings.Quote(rule)}");
    }

    private int ReadContent(ReadOnlySpan<byte> part, long at)
    {
        if (state == State.Pax)
        {
            part.CopyTo(pax.AsSpan((int)(header!.Size - left)));
        }
        else
        {
            members.Append(part);
        }

        left -= part.Length;
        if (left == 0)
        {
            Refuse(EndContent(at + part.Length));
        }

        return part.Length;
    }

    private Finding? EndContent(long at)
    {
        var refusal = state == State.Pax ? PaxRecords.Read(pax.AsSpan(0, (int)header!.Size), at - header.Size, out records) : members.End();
        left = Padded(header!.Size) - header.Size;
        state = left == 0 ? State.Header : State.Padding;
        return refusal;
    }

    private int ReadPadding(ReadOnlySpan<byte> part, long at)
    {
        if (part.IndexOfAnyExcept((byte)0) is >= 0 and var stray)
        {
            Refuse(RefusalCode.FormatMalformed, at + stray, $"bytes in the padding behind {Findings.Quote(header!.Name)}");
        }

        left -= part.Length;
        state = left == 0 ? State.Header : State.Padding;
        return part.Length;
    }

    /// <summary>A block of zeros: another follows, and at most as many as fill a record.</summary>
    private void BeginEnd(long at)
    {
        const int ending = 2 * UstarHeader.Bytes;
        var record = (at + ending + WebDatasetLimits.RecordBytes - 1) / WebDatasetLimits.RecordBytes * WebDatasetLimits.RecordBytes;
        if (records is not null)
        {
            Refuse(RefusalCode.FormatMalformed, at, "a pax header without the member that it is for");
        }
        else if (names.Members == 0)
        {
            Refuse(RefusalCode.FormatMalformed, at, "a tar without members");
        }
        else if (content.Bytes < at + ending || content.Bytes > record || content.Bytes % UstarHeader.Bytes != 0)
        {
            Refuse(
                RefusalCode.FormatMalformed, at, "the end of a tar is two blocks of zeros, and zeros to a record of 10,240 bytes at most; "
                + $"here {Findings.Number(content.Bytes - at)} bytes follow the last member");
        }

        state = State.End;
    }

    private int ReadZeros(ReadOnlySpan<byte> rest, long at)
    {
        if (rest.IndexOfAnyExcept((byte)0) is >= 0 and var stray)
        {
            Refuse(RefusalCode.FormatMalformed, at + stray, "bytes behind the end of the tar");
        }

        return rest.Length;
    }

    private static long Padded(long size) => (size + UstarHeader.Bytes - 1) / UstarHeader.Bytes * UstarHeader.Bytes;
}
