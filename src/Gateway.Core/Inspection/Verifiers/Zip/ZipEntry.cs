namespace Gateway.Core.Inspection.Verifiers.Zip;

/// <summary>What a local header says of its member (PKWARE APPNOTE 4.3.7).</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="NameBytes">The path as it is written.</param>
/// <param name="Version">Version of the specification needed to extract it.</param>
/// <param name="Flags">Zero, or <see cref="ZipRecord.Utf8Name"/>.</param>
/// <param name="Method">How its bytes are packed.</param>
/// <param name="Time">DOS time, and the date above it.</param>
/// <param name="Crc">CRC-32 of its bytes.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Unpacked">Bytes of the member itself.</param>
/// <param name="Offset">Where its local header begins.</param>
internal sealed record ZipEntry(
    string Name, byte[] NameBytes, ushort Version, ushort Flags, ZipMethod Method, uint Time, uint Crc, long Packed, long Unpacked, long Offset);
