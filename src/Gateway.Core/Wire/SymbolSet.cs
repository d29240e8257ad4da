using System.Numerics;
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

    /// <summary>Symbols in the set whose index is not below this one.</summary>
    public readonly int CountFrom(int symbol)
    {
        var count = 0;
        for (var word = symbol >> 6; word < 4; word++)
        {
            var bits = words[word];
            count += BitOperations.PopCount(word == symbol >> 6 ? bits >> (symbol & 63) : bits);
        }

        return count;
    }

    [InlineArray(4)]
    private struct Words
    {
        private ulong first;
    }
}
