using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Gateway.Core.Wire;

/// <summary>What a few bytes of a payload say about all of it: the width of its elements, where the first begins, and which byte planes have an entropy worth coding.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct PlaneSample
{
    private const int MaximumWidth = 4;
    private const int Pieces = 16;
    private const int PieceBytes = 256;
    private const int SampleBytes = Pieces * PieceBytes;

    // Bits per byte. A plane of noise shows 7.8 in a sample of 1,024: fewer than its 8, because 256 values are then seen four times each.
    private const float Noise = 7.5f;

    // Bits per byte by which the planes of narrower elements may look worse before wider ones are preferred, for wider planes are shorter and have a head each.
    private const float Alike = 0.1f;

    private static readonly float[] CountTimesLog = BuildCountTimesLog();

    private readonly int shrinking;

    private PlaneSample(int width, int phase, int shrinking) => (Width, Phase, this.shrinking) = (width, phase, shrinking);

    /// <summary>Bytes of an element: 1, 2 or 4.</summary>
    public int Width { get; }

    /// <summary>Bytes before the first element.</summary>
    public int Phase { get; }

    /// <summary>True where plane i is worth coding.</summary>
    public bool Shrinks(int plane) => (shrinking >> plane & 1) != 0;

    /// <summary>Takes a sample. False where no plane is worth coding, or the payload is smaller than a sample.</summary>
    public static bool TryTake(ReadOnlySpan<byte> payload, out PlaneSample sample)
    {
        sample = default;
        if (payload.Length < 2 * SampleBytes)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[SampleBytes];
        TakePieces(payload, bytes, 0);
        var (width, phase) = ShapeOf(bytes);
        if (width == 0)
        {
            return false;
        }

        TakePieces(payload, bytes, phase);
        Span<byte> planes = stackalloc byte[SampleBytes];
        PlaneSplit.Split(bytes, planes, width);
        Span<ushort> counts = stackalloc ushort[256];
        var shrinking = 0;
        for (var i = 0; i < width; i++)
        {
            counts.Clear();
            foreach (var b in planes.Slice(i * (SampleBytes / width), SampleBytes / width))
            {
                counts[b]++;
            }

            shrinking |= Entropy(counts) < Noise ? 1 << i : 0;
        }

        sample = new(width, phase, shrinking);
        return shrinking != 0;
    }

    private static void TakePieces(ReadOnlySpan<byte> payload, Span<byte> bytes, int phase)
    {
        // Pieces begin a whole number of elements apart.
        var apart = (payload.Length - phase - PieceBytes) / (Pieces - 1) & -MaximumWidth;
        for (var i = 0; i < Pieces; i++)
        {
            payload.Slice(phase + i * apart, PieceBytes).CopyTo(bytes[(i * PieceBytes)..]);
        }
    }

    // The entropies of the bytes at each position modulo 4 tell the width: where positions two apart look alike, elements are of two bytes; where all do, of one.
    // The exponent is the position with the least entropy and the last of its element. A width of 0 is noise.
    private static (int Width, int Phase) ShapeOf(ReadOnlySpan<byte> bytes)
    {
        var positions = default(Positions);
        for (var i = 0; i < bytes.Length; i++)
        {
            positions[i % MaximumWidth * 256 + bytes[i]]++;
        }

        ReadOnlySpan<ushort> all = positions;
        Span<ushort> even = stackalloc ushort[256];
        Span<ushort> odd = stackalloc ushort[256];
        Span<ushort> any = stackalloc ushort[256];
        for (var i = 0; i < 256; i++)
        {
            even[i] = (ushort)(all[i] + all[512 + i]);
            odd[i] = (ushort)(all[256 + i] + all[768 + i]);
            any[i] = (ushort)(even[i] + odd[i]);
        }

        Span<float> four = [Entropy(all[..256]), Entropy(all[256..512]), Entropy(all[512..768]), Entropy(all[768..])];
        var ofFour = (four[0] + four[1] + four[2] + four[3]) / 4;
        var (ofEven, ofOdd, ofAny) = (Entropy(even), Entropy(odd), Entropy(any));
        var ofTwo = (ofEven + ofOdd) / 2;
        var least = four.IndexOf(MathF.Min(MathF.Min(four[0], four[1]), MathF.Min(four[2], four[3])));
        if (four[least] >= Noise)
        {
            return (0, 0);
        }

        return ofAny <= MathF.Min(ofTwo, ofFour) + 2 * Alike ? (1, 0)
            : ofTwo <= ofFour + Alike ? (2, ofOdd <= ofEven ? 0 : 1)
            : (4, (least + 1) % MaximumWidth);
    }

    // Shannon's, of the frequencies: log2(N) - (sum of c log2(c)) / N.
    private static float Entropy(ReadOnlySpan<ushort> counts)
    {
        var total = 0;
        var sum = 0f;
        foreach (var count in counts)
        {
            total += count;
            sum += CountTimesLog[count];
        }

        return MathF.Log2(total) - sum / total;
    }

    private static float[] BuildCountTimesLog()
    {
        var table = new float[SampleBytes + 1];
        for (var count = 2; count < table.Length; count++)
        {
            table[count] = count * MathF.Log2(count);
        }

        return table;
    }

    [InlineArray(MaximumWidth * 256)]
    private struct Positions
    {
        private ushort first;
    }
}
