using System.Runtime.CompilerServices;

namespace Gateway.Core.Wire;

/// <summary>Which of at most 256 symbols of a block are there.</summary>
public struct SymbolSet
{
    private Words words;

    /// <summary>Symbols in the set.</summary>
    public int Count { get; private set; }

    public readonly bool Contains(int symbol) => (words[symbol >> 6] >> (symbol & 63) & 1) != 0;

    /// <summary>False where it was there already.</summary>
    public bool Add(int symbol)
    {
        if (Contains(symbol))
        {
            return false;
        }

        words[symbol >> 6] |= 1UL << (symbol & 63);
        Count++;
        return true;
    }

    [InlineArray(4)]
    private struct Words
    {
        private ulong first;
    }
}
