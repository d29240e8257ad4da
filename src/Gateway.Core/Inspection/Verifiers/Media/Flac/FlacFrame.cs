namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>A frame header (RFC 9639, 9.1), read against STREAMINFO.</summary>
internal readonly record struct FlacFrame(bool IsVariable, int Block, int Channels, int Side, long Number)
{
    /// <summary>Bits to have ahead before one is read.</summary>
    public const int MostBits = 8 * 17;

    private static readonly int[] Rates = [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];
    private static readonly int[] Depths = [0, 8, 12, -1, 16, 20, 24, 32];

    /// <summary>Reads one; null with what is wrong.</summary>
    public static FlacFrame? Read(FlacBits bits, FlacStreamInfo info, out string wrong)
    {
        var before = bits.Available;
        var sync = bits.Take(16);
        var (blockCode, rateCode, channelCode, depthCode, reserved) = (bits.Take(4), bits.Take(4), bits.Take(4), bits.Take(3), bits.Take(1));
        wrong = "bytes where a frame belongs";
        if (sync >> 1 != 0x7FFC || blockCode == 0 || rateCode == 15 || channelCode > 10 || depthCode == 3 || reserved != 0)
        {
            return null;
        }

        wrong = "a frame whose number is not well formed";
        if (CodedNumber(bits) is not { } number)
        {
            return null;
        }

        var block = BlockOf(blockCode, bits);
        var rate = RateOf(rateCode, bits);
        var headerBytes = (int)((before - bits.Available) / 8);
        wrong = "a frame header with a wrong CRC";
        if (bits.Available < 8 || bits.Crc8(headerBytes) != bits.Take(8))
        {
            return null;
        }

        var channels = channelCode < 8 ? (int)channelCode + 1 : 2;
        wrong = "a frame of another rate, depth or number of channels than STREAMINFO says";
        return (rateCode == 0 || rate == info.Rate) && (depthCode == 0 || Depths[depthCode] == info.Bits) && channels == info.Channels
            ? new FlacFrame((sync & 1) == 1, block, channels, channelCode switch { 9 => 0, 8 or 10 => 1, _ => -1 }, number)
            : null;
    }

    private static int BlockOf(uint code, FlacBits bits) => code switch
    {
        1 => 192,
        <= 5 => 144 << (int)code,
        6 => (int)bits.Take(8) + 1,
        7 => (int)bits.Take(16) + 1,
        _ => 1 << (int)code,
    };

    private static int RateOf(uint code, FlacBits bits) => code switch
    {
        12 => 1000 * (int)bits.Take(8),
        13 => (int)bits.Take(16),
        14 => 10 * (int)bits.Take(16),
        _ => Rates[code],
    };

    /// <summary>As UTF-8 once was, up to 36 bits, in as few bytes as hold it (RFC 9639, 9.1.5).</summary>
    private static long? CodedNumber(FlacBits bits)
    {
        var lead = bits.Take(8);
        if (lead < 0x80)
        {
            return lead;
        }

        var length = lead switch { >= 0xC0 and < 0xE0 => 2, >= 0xE0 and < 0xF0 => 3, >= 0xF0 and < 0xF8 => 4, >= 0xF8 and < 0xFC => 5, 0xFC or 0xFD => 6, 0xFE => 7, _ => 0 };
        if (length == 0)
        {
            return null;
        }

        var value = length == 7 ? 0L : lead & ((1u << (7 - length)) - 1);
        for (var i = 1; i < length; i++)
        {
            var next = bits.Take(8);
            if (next >> 6 != 2)
            {
                return null;
            }

            value = (value << 6) | (next & 0x3F);
        }

        var least = length == 2 ? 1L << 7 : 1L << ((5 * length) - 4);
        return value >= least ? value : null;
    }
}
