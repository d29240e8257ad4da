using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Makes npy files and archives of them, with the platform's zip writer.</summary>
internal static class NpzFiles
{
    private static readonly DateTimeOffset Time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>An array of bytes.</summary>
    public static byte[] Npy(params byte[] data) => [.. NpyHeader(data.Length), .. data];

    public static byte[] NpyHeader(long bytes)
    {
        var header = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({bytes},), }}";
        return [0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header.PadRight(117)), (byte)'\n'];
    }

    public static byte[] Of(CompressionLevel level, params IEnumerable<(string Name, byte[] Content)> members)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                var entry = zip.CreateEntry(name, level);
                entry.LastWriteTime = Time;
                using var into = entry.Open();
                into.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>What stands before and behind the bytes of an archive's only member, when these are zeros behind an npy header, or what they are packed as.</summary>
    public static (byte[] Begin, byte[] End) Around(long zeros, byte[]? packed)
    {
        var npy = NpyHeader(zeros);
        var crc = new Crc32();
        crc.Append(npy);
        var block = new byte[1024 * 1024];
        for (var left = zeros; left > 0; left -= block.Length)
        {
            crc.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var common = new byte[26];
        BinaryPrimitives.WriteUInt16LittleEndian(common, 20);
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(4), (ushort)(packed is null ? 0 : 8));
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(6), 0x210000);
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(10), crc.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(14), (uint)(packed?.Length ?? npy.Length + zeros));
        BinaryPrimitives.WriteUInt32LittleEndian(common.AsSpan(18), (uint)(npy.Length + zeros));
        BinaryPrimitives.WriteUInt16LittleEndian(common.AsSpan(22), 5);
        byte[] begin = [.. "PK\x03\x04"u8, .. common, .. "a.npy"u8, .. packed ?? npy];
        byte[] central = [.. "PK\x01\x02"u8, 20, 3, .. common, .. new byte[14], .. "a.npy"u8];
        byte[] end =
        [
            .. "PK\x05\x06"u8, 0, 0, 0, 0, 1, 0, 1, 0, .. BitConverter.GetBytes(central.Length),
            .. BitConverter.GetBytes((uint)(begin.Length + (packed is null ? zeros : 0))), 0, 0,
        ];
        return (begin, [.. central, .. end]);
    }

    public static byte[] Deflate(byte[] content, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var deflate = new DeflateStream(stream, level, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return stream.ToArray();
    }
}
