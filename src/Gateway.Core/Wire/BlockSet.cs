namespace Gateway.Core.Wire;

/// <summary>Which blocks of a stream are done: a bit each, allocated where bits are set; 8 MiB for the longest stream.</summary>
internal sealed class BlockSet
{
    private const int PageBits = 1 << 16;

    private readonly Dictionary<long, ulong[]> pages = [];

    public bool Contains(long block) => pages.TryGetValue(block / PageBits, out var page) && (page[Word(block)] & Bit(block)) != 0;

    public void Add(long block)
    {
        if (!pages.TryGetValue(block / PageBits, out var page))
        {
            pages[block / PageBits] = page = new ulong[PageBits / 64];
        }

        page[Word(block)] |= Bit(block);
    }

    private static int Word(long block) => (int)(block % PageBits) >> 6;

    private static ulong Bit(long block) => 1UL << (int)(block & 63);
}
