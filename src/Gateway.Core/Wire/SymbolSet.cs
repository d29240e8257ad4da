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

    /// <summary>True where both hold the same symbols.</summary>
    internal readonly bool SetEquals(in SymbolSet other)
    {
        ReadOnlySpan<ulong> own = words;
        return own.SequenceEqual(other.words);
    }

    /// <summary>A number that sets of the same symbols share, and others seldom.</summary>
    internal readonly uint Hash()
    {
        // Multiplied by 2^64 over the golden ratio (Knuth, volume 3, 6.4), so that neighbouring patterns part.
        var hash = 0UL;
        foreach (var word in words)
        {
            hash = unchecked((hash ^ word) * 0x9E3779B97F4A7C15);
            hash ^= hash >> 32;
        }

        return unchecked((uint)hash);
    }

    [InlineArray(4)]
    private struct Words
    {
        private ulong first;
    }
}
