using System.Buffers.Binary;
using Gateway.Core.Manifests.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>
/// A zip archive, read forward, that all readers read alike whether they go forward, by the directory or from the end (PKWARE APPNOTE
/// 4.3.6): members from byte 0 one behind the other, the central directory right behind the last and in their order, the end records right
/// behind that, and nothing else.
/// </summary>
internal sealed class ZipReader(long fileBytes, ZipVisitor visitor)
{
    private readonly ZipMember member = new(visitor);
    private readonly List<ZipEntry> entries = [];
    private readonly HashSet<string> folded = new(StringComparer.Ordinal);
    private readonly byte[] record = new byte[ZipRecord.MaximumBytes];
    private Part part;
    private int held;
    private int needed = ZipRecord.SignatureBytes;
    private long at;
    private int compared;
    private long directoryAt;
    private ZipEnd? end;
    private bool hasZip64;
    private Finding? refusal;

    private enum Part
    {
        Signature,
        Local,
        Member,
        Central,
        Zip64End,
        Zip64Locator,
        End,
        Behind,
    }

    /// <summary>True for a first block that begins with a local header whose member's name has that ending.</summary>
    public static bool Begins(ReadOnlySpan<byte> head, ReadOnlySpan<byte> ending) =>
        head.Length >= ZipRecord.LocalBytes && BinaryPrimitives.ReadUInt32LittleEndian(head) == ZipRecord.Local
        && BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) is var name && name <= head.Length - ZipRecord.LocalBytes
        && head.Slice(ZipRecord.LocalBytes, name).EndsWith(ending);

    /// <summary>The next bytes of the archive.</summary>
    public Finding? Append(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty && refusal is null)
        {
            if (part == Part.Behind)
            {
                Malformed(at, "bytes behind the end of the archive");
                break;
            }

            block = block[(part == Part.Member ? Member(block) : Record(block))..];
        }

        return refusal;
    }

    /// <summary>The archive ended.</summary>
    public Finding? Complete()
    {
        if (part != Part.Behind)
        {
            Malformed(at, "it ends within the archive");
        }

        return refusal;
    }

    private int Member(ReadOnlySpan<byte> block)
    {
        var taken = member.Append(block, out refusal);
        at += taken;
        EndMember();
        return taken;
    }

    private void EndMember()
    {
        if (refusal is null && member.IsComplete)
        {
            refusal = member.End();
            part = Part.Signature;
        }
    }

    /// <summary>Takes bytes until the record is whole. A header says in its fixed part how much more of it there is.</summary>
    private int Record(ReadOnlySpan<byte> block)
    {
        var taken = Math.Min(block.Length, needed - held);
        block[..taken].CopyTo(record.AsSpan(held));
        held += taken;
        at += taken;
        if (held < needed)
        {
            return taken;
        }

        var whole = record.AsSpan(0, held);
        if (part == Part.Signature)
        {
            (part, needed) = Next(BinaryPrimitives.ReadUInt32LittleEndian(whole));
            return taken;
        }

        needed = (part, held) switch
        {
            (Part.Local, ZipRecord.LocalBytes) => ZipLocalHeader.Bytes(whole),
            (Part.Central, ZipRecord.CentralBytes) => ZipCentralHeader.Bytes(whole),
            _ => held,
        };
        if (needed == held)
        {
            Read(whole, at - held);
            (held, needed) = (0, ZipRecord.SignatureBytes);
        }
        else if (needed == 0)
        {
            Malformed(at - held, "a header with a name or field that is too long, or a comment");
        }

        return taken;
    }

    /// <summary>The one record, or two, that may stand here.</summary>
    private (Part Part, int Bytes) Next(uint signature)
    {
        var isBehindDirectory = compared > 0 && compared == entries.Count;
        if (isBehindDirectory)
        {
            end ??= new ZipEnd(compared, directoryAt, at - held);
        }

        switch (signature)
        {
            case ZipRecord.Local when compared == 0:
                return (Part.Local, ZipRecord.LocalBytes);
            case ZipRecord.Central when compared < entries.Count:
                directoryAt = compared == 0 ? at - held : directoryAt;
                return (Part.Central, ZipRecord.CentralBytes);
            case ZipRecord.Zip64End when isBehindDirectory && at - held == end!.EndAt:
                return (Part.Zip64End, ZipRecord.Zip64EndBytes);
            case ZipRecord.Zip64Locator when hasZip64 && at - held == end!.EndAt + ZipRecord.Zip64EndBytes:
                return (Part.Zip64Locator, ZipRecord.Zip64LocatorBytes);
            case ZipRecord.End when isBehindDirectory && at - held == end!.EndAt + (hasZip64 ? ZipRecord.Zip64EndBytes + ZipRecord.Zip64LocatorBytes : 0):
                return (Part.End, ZipRecord.EndBytes);
            default:
                Malformed(at - held, "bytes that belong to no member and no record");
                return (part, needed);
        }
    }

    private void Read(ReadOnlySpan<byte> whole, long recordAt)
    {
        var fault = default(string);
        switch (part)
        {
            case Part.Local:
                Begin(whole, recordAt);
                return;
            case Part.Central:
                fault = ZipCentralHeader.Compare(whole, entries[compared]) is { } other
                    ? $"{Findings.Quote(entries[compared].NameBytes)}: the central directory states {other}"
                    : null;
                compared++;
                part = Part.Signature;
                break;
            case Part.Zip64End:
                fault = end!.Zip64(whole);
                hasZip64 = true;
                part = Part.Signature;
                break;
            case Part.Zip64Locator:
                fault = end!.Locator(whole);
                part = Part.Signature;
                break;
            default:
                fault = end!.End(whole, hasZip64);
                part = Part.Behind;
                break;
        }

        if (fault is not null)
        {
            Malformed(recordAt, fault);
        }
    }

    private void Begin(ReadOnlySpan<byte> header, long headerAt)
    {
        refusal = ZipLocalHeader.Read(header, headerAt, out var entry);
        if (refusal is not null)
        {
            return;
        }

        if (entries.Count == ZipLimits.Members)
        {
            refusal = Findings.Refuse(RefusalCode.LimitExceeded, headerAt, $"more than {Findings.Number(ZipLimits.Members)} members");
        }
        else if (!folded.Add(Normalization.Fold(entry!.Name)))
        {
            Malformed(headerAt, $"{Findings.Quote(entry.NameBytes)}: its name is another member's, or differs from it in case only");
        }
        else if (entry.Packed > fileBytes - at)
        {
            Malformed(headerAt, $"{Findings.Quote(entry.NameBytes)}: it is longer than the archive");
        }
        else
        {
            entries.Add(entry);
            refusal = member.Begin(entry);
            part = Part.Member;
            EndMember();
        }
    }

    private void Malformed(long offset, string message) => refusal ??= Findings.Refuse(RefusalCode.FormatMalformed, offset, message);
}
