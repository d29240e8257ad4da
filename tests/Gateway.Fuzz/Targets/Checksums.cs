using System.Buffers.Binary;
using System.IO.Hashing;

namespace Gateway.Fuzz.Targets;

/// <summary>Sets the checksums of a damaged input right where its structure still shows where they are.</summary>
internal static class Checksums
{
    public static void MendPng(Span<byte> png)
    {
        const int signature = 8;
        const int around = 12;
        for (var at = signature; at <= png.Length - around;)
        {
            var bytes = BinaryPrimitives.ReadUInt32BigEndian(png[at..]);
            if (bytes > png.Length - at - around)
            {
                return;
            }

            var end = at + 8 + (int)bytes;
            BinaryPrimitives.WriteUInt32BigEndian(png[end..], Crc32.HashToUInt32(png[(at + 4)..end]));
            at = end + 4;
        }
    }

    public static void MendTar(Span<byte> tar)
    {
        const int block = 512;
        const int sumAt = 148;
        const int sumBytes = 8;
        for (var at = 0; at <= tar.Length - block; at += block)
        {
            var header = tar.Slice(at, block);
            if (!header[257..].StartsWith("ustar"u8))
            {
                continue;
            }

            header.Slice(sumAt, sumBytes).Fill((byte)' ');
            var sum = 0;
            foreach (var value in header)
            {
                sum += value;
            }

            for (var digit = 5; digit >= 0; digit--, sum >>= 3)
            {
                header[sumAt + digit] = (byte)('0' + (sum & 7));
            }

            header[sumAt + 6] = 0;
        }
    }
}
