namespace Gateway.Core.Wire;

/// <summary>Some blocks of a stream: a bit each, allocated where bits are set; 8 MiB for the longest stream.</summary>
/// <param name="blocks">Blocks of the stream.</param>
internal sealed class BlockSet(long blocks)
{
    private const int PageBits = 1 << 16;

    private readonly ulong[]?[] pages = new ulong[]?[(int)((blocks + PageBits - 1) / PageBits)];

    public bool Contains(long block) => pages[(int)(block / PageBits)] is { } page && (page[Word(block)] & Bit(block)) != 0;

    /// <summary>False where it was there already.</summary>
    public bool Add(long block)
    {
        var page = pages[(int)(block / PageBits)] ??= new ulong[PageBits / 64];
        var isNew = (page[Word(block)] & Bit(block)) == 0;
        page[Word(block)] |= Bit(block);
        return isNew;
    }

    /// <summary>False where it was not there.</summary>
    public bool Remove(long block)
    {
        if (!Contains(block))
        {
            return false;
        }

        pages[(int)(block / PageBits)]![Word(block)] &= ~Bit(block);
        return true;
    }

    private static int Word(long block) => (int)(block % PageBits) >> 6;

    private static ulong Bit(long block) => 1UL << (int)(block & 63);
}
