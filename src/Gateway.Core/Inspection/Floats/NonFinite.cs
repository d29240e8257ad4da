using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Inspection.Floats;

/// <summary>Counts numbers that are infinite or not a number, a vector at a time; little-endian, at any alignment.</summary>
internal static class NonFinite
{
    /// <summary>How many of whole numbers are not finite.</summary>
    public static long Count(FloatLayout layout, ReadOnlySpan<byte> numbers) => layout.Bytes switch
    {
        1 => Count(numbers, (byte)layout.Mask, (byte)layout.Value),
        2 => Count(numbers, (ushort)layout.Mask, (ushort)layout.Value),
        4 => Count(numbers, (uint)layout.Mask, (uint)layout.Value),
        _ => Count(numbers, layout.Mask, layout.Value),
    };

    /// <summary>The byte at which the first number begins that is not finite; one must be there.</summary>
    public static int First(FloatLayout layout, ReadOnlySpan<byte> numbers)
    {
        var at = 0;
        while (Count(layout, numbers.Slice(at, layout.Bytes)) == 0)
        {
            at += layout.Bytes;
        }

        return at;
    }

    /// <summary>Compiled for good at once: a worker may live for one file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Count<T>(ReadOnlySpan<byte> numbers, T mask, T value)
        where T : unmanaged, IBinaryInteger<T>
    {
        var bits = MemoryMarshal.Cast<byte, T>(numbers);
        var masks = Vector256.Create(mask);
        var values = Vector256.Create(value);
        var width = Vector256<T>.Count;
        var count = 0L;
        var at = 0;
        for (; at <= bits.Length - (4 * width); at += 4 * width)
        {
            var four = bits.Slice(at, 4 * width);
            var a = Vector256.Equals(Vector256.Create(four) & masks, values);
            var b = Vector256.Equals(Vector256.Create(four[width..]) & masks, values);
            var c = Vector256.Equals(Vector256.Create(four[(2 * width)..]) & masks, values);
            var d = Vector256.Equals(Vector256.Create(four[(3 * width)..]) & masks, values);
            if ((a | b | c | d) != Vector256<T>.Zero)
            {
                count += Lanes(a) + Lanes(b) + Lanes(c) + Lanes(d);
            }
        }

        foreach (var one in bits[at..])
        {
            count += (one & mask) == value ? 1 : 0;
        }

        return count;
    }

    private static int Lanes<T>(Vector256<T> equal)
        where T : unmanaged => BitOperations.PopCount(equal.AsByte().ExtractMostSignificantBits()) * Vector256<T>.Count / Vector256<byte>.Count;
}
