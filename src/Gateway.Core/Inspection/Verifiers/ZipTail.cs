using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// Looks for a zip end record at the end of a binary file. Zip readers search for it from the back, so a file whose tensors end with
/// one is an archive to them and a checkpoint to others (PKWARE APPNOTE 4.3.16). That chance makes one is less likely than 2^-70.
/// </summary>
internal sealed class ZipTail(long fileBytes)
{
    /// <summary>Bytes of the record without its comment.</summary>
    private const int RecordBytes = 22;

    /// <summary>The record and its longest comment: as far back as readers look.</summary>
    private const int TailBytes = RecordBytes + ushort.MaxValue;

    private readonly long tailAt = Math.Max(0, fileBytes - TailBytes);
    private byte[]? tail;

    /// <summary>The block of the file at an offset; blocks before the tail are only passed by.</summary>
    public void Append(ReadOnlySpan<byte> block, long offset)
    {
        var skip = Math.Max(0, tailAt - offset);
        if (skip < block.Length)
        {
            tail ??= new byte[fileBytes - tailAt];
            block[(int)skip..].CopyTo(tail.AsSpan((int)(offset + skip - tailAt)));
        }
    }

    public Finding? Complete()
    {
        var rest = tail.AsSpan();
        while (rest.LastIndexOf("PK\x05\x06"u8) is >= 0 and var at)
        {
            if (tail!.Length - at >= RecordBytes && IsEndRecord(tail.AsSpan(at), tailAt + at))
            {
                return Findings.Refuse(RefusalCode.ArchiveRefused, tailAt + at, "a zip archive is hidden at its end");
            }

            rest = rest[..at];
        }

        return null;
    }

    /// <summary>One disk, as many entries on it as in all, and a directory that lies before the record. Zip64 writes all ones.</summary>
    private static bool IsEndRecord(ReadOnlySpan<byte> record, long at)
    {
        var disk = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        var here = BinaryPrimitives.ReadUInt16LittleEndian(record[8..]);
        var all = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        return disk is 0 or uint.MaxValue && here == all && (size <= at || size == uint.MaxValue);
    }
}
