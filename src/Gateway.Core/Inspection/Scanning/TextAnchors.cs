using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Finds anchors sixteen places at a time: each of four bytes is looked up by its two halves in tables of sixteen, whose entries are bits of the
/// anchors that have such a byte there (the method of Hyperscan's Teddy). The halves let some places pass that the bytes do not.
/// </summary>
internal static class TextAnchors
{
    /// <summary>Bytes of an anchor. Nothing that is looked for is shorter.</summary>
    public const int Bytes = 4;

    /// <summary>Bytes that must follow a place where sixteen are looked at.</summary>
    public const int VectorBytes = 16 + Bytes - 1;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Which bytes each anchor has at each of four places; an empty string is any byte.</summary>
    private static readonly (TextAnchor Anchor, string[] Places)[] All =
    [
        (TextAnchor.Mail, ["@", "", "", ""]),
        (TextAnchor.Url, [":", "/", "/", ""]),
        (TextAnchor.Pem, ["-", "B", "E", "G"]),
        (TextAnchor.Cloud, ["A", "KSI", "Iz", "Aa"]),
        (TextAnchor.GitHub, ["g", "hi", "pousrt", "_h"]),
        (TextAnchor.Model, ["hs", "fk", "_-", Letters]),
        (TextAnchor.Token, ["xe", "oy", "xJ", Letters]),
        (TextAnchor.Word, ["kKrRoOsSpP", "eErRwW", "yYnNtTdD", "=:\"' \t\\"]),
    ];

    /// <summary>For each of four places, the anchors that a byte there leaves possible.</summary>
    private static readonly byte[] ByByte0 = Table(0);
    private static readonly byte[] ByByte1 = Table(1);
    private static readonly byte[] ByByte2 = Table(2);
    private static readonly byte[] ByByte3 = Table(3);

    private static readonly Vector128<byte> Low0 = ByHalf(ByByte0, b => b & 15);
    private static readonly Vector128<byte> Low1 = ByHalf(ByByte1, b => b & 15);
    private static readonly Vector128<byte> Low2 = ByHalf(ByByte2, b => b & 15);
    private static readonly Vector128<byte> Low3 = ByHalf(ByByte3, b => b & 15);
    private static readonly Vector128<byte> High0 = ByHalf(ByByte0, b => b >> 4);
    private static readonly Vector128<byte> High1 = ByHalf(ByByte1, b => b >> 4);
    private static readonly Vector128<byte> High2 = ByHalf(ByByte2, b => b >> 4);
    private static readonly Vector128<byte> High3 = ByHalf(ByByte3, b => b >> 4);

    /// <summary>The anchors that begin at a place; at least four bytes follow.</summary>
    public static TextAnchor At(ReadOnlySpan<byte> text, int at)
    {
        var four = text.Slice(at, Bytes);
        return (TextAnchor)(ByByte0[four[0]] & ByByte1[four[1]] & ByByte2[four[2]] & ByByte3[four[3]]);
    }

    /// <summary>True where the last three bytes may end a word that stands before a secret.</summary>
    public static bool MayEndWord(ReadOnlySpan<byte> text) =>
        text is [.., var a, var b, var c] && (ByByte0[a] & ByByte1[b] & ByByte2[c] & (byte)TextAnchor.Word) != 0;

    /// <summary>
    /// Goes on from a place by sixteen until an anchor may begin among them, and gives a bit for each. Ends where fewer bytes are left than that takes,
    /// with no bit.
    /// </summary>
    public static uint Next(ReadOnlySpan<byte> text, ref int at)
    {
        ref var first = ref MemoryMarshal.GetReference(text);

        // Twice as many are passed over where there is nothing among them.
        while (Avx2.IsSupported && at <= text.Length - VectorBytes - 16 && LookWide(ref first, (nuint)at) == Vector256<byte>.Zero)
        {
            at += 32;
        }

        for (; at <= text.Length - VectorBytes; at += 16)
        {
            var next = (nuint)at;
            var possible = Look(Vector128.LoadUnsafe(ref first, next), Low0, High0) & Look(Vector128.LoadUnsafe(ref first, next + 1), Low1, High1)
                & Look(Vector128.LoadUnsafe(ref first, next + 2), Low2, High2) & Look(Vector128.LoadUnsafe(ref first, next + 3), Low3, High3);
            if (possible != Vector128<byte>.Zero)
            {
                return ~Vector128.Equals(possible, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
            }
        }

        return 0;
    }

    private static Vector128<byte> Look(Vector128<byte> bytes, Vector128<byte> low, Vector128<byte> high)
    {
        var half = Vector128.Create((byte)15);
        return Vector128.ShuffleNative(low, bytes & half) & Vector128.ShuffleNative(high, (bytes.AsUInt16() >>> 4).AsByte() & half);
    }

    private static Vector256<byte> LookWide(ref byte first, nuint at) =>
        LookWide(Vector256.LoadUnsafe(ref first, at), Low0, High0) & LookWide(Vector256.LoadUnsafe(ref first, at + 1), Low1, High1)
        & LookWide(Vector256.LoadUnsafe(ref first, at + 2), Low2, High2) & LookWide(Vector256.LoadUnsafe(ref first, at + 3), Low3, High3);

    private static Vector256<byte> LookWide(Vector256<byte> bytes, Vector128<byte> low, Vector128<byte> high)
    {
        var half = Vector256.Create((byte)15);
        return Avx2.Shuffle(Vector256.Create(low, low), bytes & half) & Avx2.Shuffle(Vector256.Create(high, high), (bytes.AsUInt16() >>> 4).AsByte() & half);
    }

    private static byte[] Table(int place)
    {
        var table = new byte[256];
        foreach (var (anchor, places) in All)
        {
            for (var b = 0; b < table.Length; b++)
            {
                table[b] |= places[place].Length == 0 || places[place].Contains((char)b) ? (byte)anchor : (byte)0;
            }
        }

        return table;
    }

    private static Vector128<byte> ByHalf(byte[] table, Func<int, int> half)
    {
        Span<byte> halves = stackalloc byte[16];
        halves.Clear();
        for (var b = 0; b < table.Length; b++)
        {
            halves[half(b)] |= table[b];
        }

        return Vector128.Create((ReadOnlySpan<byte>)halves);
    }
}
