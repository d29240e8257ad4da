using System.Buffers.Binary;
using System.Numerics;

namespace Gateway.Core.Inspection.Verifiers.Media.Riff;

/// <summary>The chunk fmt (Microsoft, WAVEFORMATEX and WAVEFORMATEXTENSIBLE): PCM, float, A-law or mu-law.</summary>
internal readonly record struct WavFormat(int Tag, int Channels, uint Rate, int BlockAlign, int Bits)
{
    public const int LeastBytes = 16;
    public const int MostBytes = 40;

    private const int ExtensibleTag = 0xFFFE;

    /// <summary>What a subformat ends with: KSDATAFORMAT_SUBTYPE without its tag.</summary>
    private static ReadOnlySpan<byte> Subformat => [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];

    public string Coding => Tag switch
    {
        1 => $"PCM, {Bits} bit",
        3 => $"float, {Bits} bit",
        6 => "A-law",
        _ => "mu-law",
    };

    /// <summary>Reads one; null where its numbers do not agree, or where its coding is another.</summary>
    public static WavFormat? Read(ReadOnlySpan<byte> data)
    {
        var tag = Number(data);
        var format = new WavFormat(tag, Number(data[2..]), BinaryPrimitives.ReadUInt32LittleEndian(data[4..]), Number(data[12..]), Number(data[14..]));
        var isWhole = tag == ExtensibleTag ? IsExtensible(data, ref format) : data.Length == 16 || (data.Length == 18 && Number(data[16..]) == 0);
        var isDepth = format.Tag switch
        {
            1 => format.Bits is 8 or 16 or 24 or 32,
            3 => format.Bits is 32 or 64,
            6 or 7 => format.Bits == 8,
            _ => false,
        };
        return isWhole && isDepth
            && format.Channels is > 0 and <= MediaLimits.Channels && format.Rate is > 0 and <= MediaLimits.SampleRate
            && format.BlockAlign == format.Channels * format.Bits / 8
            && BinaryPrimitives.ReadUInt32LittleEndian(data[8..]) == (long)format.Rate * format.BlockAlign
            ? format
            : null;
    }

    /// <summary>Bits that count, within those that are stored; a speaker for each channel at most; and the coding as a GUID.</summary>
    private static bool IsExtensible(ReadOnlySpan<byte> data, ref WavFormat format)
    {
        if (data.Length != MostBytes || Number(data[16..]) != 22 || !data[26..].SequenceEqual(Subformat))
        {
            return false;
        }

        format = format with { Tag = Number(data[24..]) };
        return Number(data[18..]) is var bits && bits > 0 && bits <= format.Bits
            && BitOperations.PopCount(BinaryPrimitives.ReadUInt32LittleEndian(data[20..])) <= format.Channels;
    }

    private static ushort Number(ReadOnlySpan<byte> data) => BinaryPrimitives.ReadUInt16LittleEndian(data);
}
