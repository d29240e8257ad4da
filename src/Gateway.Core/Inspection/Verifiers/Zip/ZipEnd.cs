using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>
/// The records behind the central directory (PKWARE APPNOTE 4.3.14 to 4.3.16), which must give the directory's place, size and count as
/// they were read: those who open the archive from its end know nothing else.
/// </summary>
/// <param name="Members">Headers in the directory.</param>
/// <param name="DirectoryAt">Where it begins.</param>
/// <param name="EndAt">Where it ends, and the first of these records begins.</param>
internal sealed record ZipEnd(int Members, long DirectoryAt, long EndAt)
{
    /// <summary>Bytes of the zip64 record that its own size field counts.</summary>
    private const long CountedBytes = ZipRecord.Zip64EndBytes - 12;

    /// <summary>What is wrong with the zip64 end record, or null.</summary>
    public string? Zip64(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadInt64LittleEndian(record[4..]) != CountedBytes ? "a zip64 end record of another size"
        : record[13] is not (0 or 3) || BinaryPrimitives.ReadUInt16LittleEndian(record[14..]) != ZipRecord.Zip64Version ? "a zip64 end record of another version"
        : BinaryPrimitives.ReadInt64LittleEndian(record[16..]) != 0 ? "an archive of several disks"
        : BinaryPrimitives.ReadInt64LittleEndian(record[24..]) != Members || BinaryPrimitives.ReadInt64LittleEndian(record[32..]) != Members
            ? "the zip64 end record counts other members"
        : BinaryPrimitives.ReadInt64LittleEndian(record[40..]) != EndAt - DirectoryAt || BinaryPrimitives.ReadInt64LittleEndian(record[48..]) != DirectoryAt
            ? "the zip64 end record places the central directory elsewhere"
        : null;

    /// <summary>What is wrong with the locator of the zip64 end record, or null.</summary>
    public string? Locator(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != 0 || BinaryPrimitives.ReadUInt32LittleEndian(record[16..]) != 1 ? "an archive of several disks"
        : BinaryPrimitives.ReadInt64LittleEndian(record[8..]) != EndAt ? "the zip64 locator points elsewhere"
        : null;

    /// <summary>What is wrong with the end record, or null.</summary>
    public string? End(ReadOnlySpan<byte> record, bool hasZip64)
    {
        return BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) != 0 ? "an archive of several disks"
            : !Gives(BinaryPrimitives.ReadUInt16LittleEndian(record[8..]), Members, ushort.MaxValue)
                || !Gives(BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), Members, ushort.MaxValue) ? "the end record counts other members"
            : !Gives(BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), EndAt - DirectoryAt, uint.MaxValue)
                || !Gives(BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), DirectoryAt, uint.MaxValue)
                ? "the end record places the central directory elsewhere"
            : BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) != 0 ? "a comment"
            : null;

        // All ones stand for the zip64 record's value, which was compared before.
        bool Gives(uint field, long value, uint ones) => field == ones ? hasZip64 : field == value;
    }
}
