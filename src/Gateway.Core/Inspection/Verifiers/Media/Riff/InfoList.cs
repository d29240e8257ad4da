using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>A LIST of form INFO (Multimedia Programming Interface 1.0, 2-14): chunks of text that end with zero.</summary>
internal static class InfoList
{
    public const int LeastBytes = 4;

    /// <summary>True for a list that its chunks cover to the last byte.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith("INFO"u8))
        {
            return false;
        }

        data = data[4..];
        while (!data.IsEmpty)
        {
            if (data.Length < 8 || data[0] != 'I' || data[..4].ContainsAnyExceptInRange((byte)' ', (byte)'Z'))
            {
                return false;
            }

            var size = (long)BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            var padded = 8 + size + (size & 1);
            if (padded > data.Length || !IsText(data.Slice(8, (int)size)) || (size % 2 == 1 && data[(int)padded - 1] != 0))
            {
                return false;
            }

            data = data[(int)padded..];
        }

        return true;
    }

    /// <summary>No control characters, and zeros only at the end; writers that leave them out are common.</summary>
    private static bool IsText(ReadOnlySpan<byte> text)
    {
        foreach (var b in text.TrimEnd((byte)0))
        {
            if (b is < 0x20 and not (byte)'\n' and not (byte)'\r' and not (byte)'\t')
            {
                return false;
            }
        }

        return true;
    }
}
