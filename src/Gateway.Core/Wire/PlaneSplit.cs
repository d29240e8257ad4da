using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Gateway.Core.Wire;

/// <summary>Elements to byte planes and back; see <see cref="WeightPlanes"/>.</summary>
internal static class PlaneSplit
{
    /// <param name="elements">A whole number of elements.</param>
    /// <param name="planes">As many bytes: plane 0, plane 1, …</param>
    /// <param name="width">Bytes of an element: 1, 2 or 4.</param>
    public static void Split(ReadOnlySpan<byte> elements, Span<byte> planes, int width)
    {
        switch (width)
        {
            case 2:
                Split2(MemoryMarshal.Cast<byte, ushort>(elements), planes);
                break;
            case 4:
                Split4(MemoryMarshal.Cast<byte, uint>(elements), planes);
                break;
            default:
                elements.CopyTo(planes);
                break;
        }
    }

    /// <summary>What <see cref="Split"/> took apart.</summary>
    public static void Join(ReadOnlySpan<byte> planes, Span<byte> elements, int width)
    {
        switch (width)
        {
            case 2:
                Join2(planes, MemoryMarshal.Cast<byte, ushort>(elements));
                break;
            case 4:
                Join4(planes, MemoryMarshal.Cast<byte, uint>(elements));
                break;
            default:
                planes.CopyTo(elements);
                break;
        }
    }

    private static void Split2(ReadOnlySpan<ushort> elements, Span<byte> planes)
    {
        unchecked
        {
            var n = elements.Length;
            var low = planes[..n];
            var high = planes.Slice(n, n);
            var bytes = Vector256.Create((ushort)0xFF);
            var i = 0;
            for (; i + Vector256<byte>.Count <= n; i += Vector256<byte>.Count)
            {
                var a = Vector256.Create(elements[i..]);
                var b = Vector256.Create(elements[(i + Vector256<ushort>.Count)..]);
                a = a << 1 | a >>> 15;
                b = b << 1 | b >>> 15;
                Vector256.Narrow(a & bytes, b & bytes).CopyTo(low[i..]);
                Vector256.Narrow(a >>> 8, b >>> 8).CopyTo(high[i..]);
            }

            for (; i < n; i++)
            {
                var turned = (ushort)(elements[i] << 1 | elements[i] >> 15);
                low[i] = (byte)turned;
                high[i] = (byte)(turned >> 8);
            }
        }
    }

    private static void Join2(ReadOnlySpan<byte> planes, Span<ushort> elements)
    {
        unchecked
        {
            var n = elements.Length;
            var low = planes[..n];
            var high = planes.Slice(n, n);
            var i = 0;
            for (; i + Vector256<byte>.Count <= n; i += Vector256<byte>.Count)
            {
                var l = Vector256.Create(low[i..]);
                var h = Vector256.Create(high[i..]);
                var a = Vector256.WidenLower(l) | Vector256.WidenLower(h) << 8;
                var b = Vector256.WidenUpper(l) | Vector256.WidenUpper(h) << 8;
                (a >>> 1 | a << 15).CopyTo(elements[i..]);
                (b >>> 1 | b << 15).CopyTo(elements[(i + Vector256<ushort>.Count)..]);
            }

            for (; i < n; i++)
            {
                var turned = low[i] | high[i] << 8;
                elements[i] = (ushort)(turned >> 1 | turned << 15);
            }
        }
    }

    private static void Split4(ReadOnlySpan<uint> elements, Span<byte> planes)
    {
        unchecked
        {
            var n = elements.Length;
            var halves = Vector256.Create(0xFFFFu);
            var bytes = Vector256.Create((ushort)0xFF);
            var i = 0;
            for (; i + Vector256<byte>.Count <= n; i += Vector256<byte>.Count)
            {
                var a = Turned(elements, i);
                var b = Turned(elements, i + 8);
                var c = Turned(elements, i + 16);
                var d = Turned(elements, i + 24);
                var (low0, low1) = (Vector256.Narrow(a & halves, b & halves), Vector256.Narrow(c & halves, d & halves));
                var (high0, high1) = (Vector256.Narrow(a >>> 16, b >>> 16), Vector256.Narrow(c >>> 16, d >>> 16));
                Vector256.Narrow(low0 & bytes, low1 & bytes).CopyTo(planes[i..]);
                Vector256.Narrow(low0 >>> 8, low1 >>> 8).CopyTo(planes[(n + i)..]);
                Vector256.Narrow(high0 & bytes, high1 & bytes).CopyTo(planes[(2 * n + i)..]);
                Vector256.Narrow(high0 >>> 8, high1 >>> 8).CopyTo(planes[(3 * n + i)..]);
            }

            for (; i < n; i++)
            {
                var turned = BitOperations.RotateLeft(elements[i], 1);
                planes[i] = (byte)turned;
                planes[n + i] = (byte)(turned >> 8);
                planes[2 * n + i] = (byte)(turned >> 16);
                planes[3 * n + i] = (byte)(turned >> 24);
            }
        }
    }

    private static Vector256<uint> Turned(ReadOnlySpan<uint> elements, int at)
    {
        var v = Vector256.Create(elements[at..]);
        return v << 1 | v >>> 31;
    }

    private static void Join4(ReadOnlySpan<byte> planes, Span<uint> elements)
    {
        unchecked
        {
            var n = elements.Length;
            var i = 0;
            for (; i + Vector128<byte>.Count <= n; i += Vector128<byte>.Count)
            {
                var low = Halves(planes[i..], planes[(n + i)..]);
                var high = Halves(planes[(2 * n + i)..], planes[(3 * n + i)..]);
                var a = Vector256.WidenLower(low) | Vector256.WidenLower(high) << 16;
                var b = Vector256.WidenUpper(low) | Vector256.WidenUpper(high) << 16;
                (a >>> 1 | a << 31).CopyTo(elements[i..]);
                (b >>> 1 | b << 31).CopyTo(elements[(i + Vector256<uint>.Count)..]);
            }

            for (; i < n; i++)
            {
                var turned = planes[i] | (uint)planes[n + i] << 8 | (uint)planes[2 * n + i] << 16 | (uint)planes[3 * n + i] << 24;
                elements[i] = BitOperations.RotateRight(turned, 1);
            }
        }
    }

    private static Vector256<ushort> Halves(ReadOnlySpan<byte> low, ReadOnlySpan<byte> high)
    {
        var (l, h) = (Vector128.Create(low), Vector128.Create(high));
        return Vector256.Create(Vector128.WidenLower(l), Vector128.WidenUpper(l)) | Vector256.Create(Vector128.WidenLower(h), Vector128.WidenUpper(h)) << 8;
    }
}
