using System.Buffers.Binary;

namespace Gateway.Core.Wire;

/// <summary>
/// Packs a block of weights. The exponents of trained weights are few, their mantissas are noise: so elements are turned left by one bit, which puts the sign behind the
/// mantissa and the exponent of bf16 and fp32 into one byte; byte i of every element makes plane i; and planes that shrink are entropy-coded.
/// Any bytes come back as they were, whatever they are. Numbers are big-endian.
/// <code>
/// offset bytes
///      0     1  width w: bytes of an element, 1, 2 or 4 (elements are little-endian)
///      1     1  phase: bytes before the first element, less than w
///      2    5w  for each plane: coding (0 as it is, 1 a Zstandard frame, RFC 8878), bytes in here (4)
///               the planes, the least significant first; then the bytes before the first element, then those behind the last
/// </code>
/// An element of w = 1 is not turned.
/// </summary>
public static class WeightPlanes
{
    /// <summary>Most bytes of a payload: more than any block has.</summary>
    public const int MaximumPayloadBytes = FecGeometry.MaximumSymbols * FecGeometry.MaximumSymbolBytes;

    /// <summary>A payload is packed where at least one part in so many is saved; less is not worth the receiver's time.</summary>
    public const int LeastSaving = 32;

    private const int FixedBytes = 2;
    private const int PlaneHeadBytes = 5;

    private enum Coding : byte
    {
        Raw = 0,
        Zstandard = 1,
    }

    /// <summary>Packs a payload. False where it would not shrink enough, or not fit; what <paramref name="into"/> holds then is undefined. What is noise costs a look at a sample.</summary>
    /// <param name="payload">At most <see cref="MaximumPayloadBytes"/>.</param>
    /// <param name="into">Room for the packed bytes.</param>
    /// <param name="written">How many they are.</param>
    public static bool TryPack(ReadOnlySpan<byte> payload, Span<byte> into, out int written)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, MaximumPayloadBytes);
        written = 0;
        var most = Math.Min(into.Length, payload.Length - payload.Length / LeastSaving);
        if (!PlaneSample.TryTake(payload, out var sample) || FixedBytes + PlaneHeadBytes * sample.Width > most)
        {
            return false;
        }

        var elements = payload[sample.Phase..];
        var count = elements.Length / sample.Width;
        var coder = PlaneCoder.OfThisThread;
        var planes = coder.Planes(count * sample.Width);
        PlaneSplit.Split(elements[..planes.Length], planes, sample.Width);

        into = into[..most];
        into[0] = (byte)sample.Width;
        into[1] = (byte)sample.Phase;
        var at = FixedBytes + PlaneHeadBytes * sample.Width;
        for (var i = 0; i < sample.Width; i++)
        {
            var coding = Coding.Zstandard;
            if (!sample.Shrinks(i) || !coder.TryCompress(planes.Slice(i * count, count), into[at..], out var bytes))
            {
                coding = Coding.Raw;
                if (!planes.Slice(i * count, count).TryCopyTo(into[at..]))
                {
                    return false;
                }

                bytes = count;
            }

            into[FixedBytes + PlaneHeadBytes * i] = (byte)coding;
            BinaryPrimitives.WriteInt32BigEndian(into[(FixedBytes + PlaneHeadBytes * i + 1)..], bytes);
            at += bytes;
        }

        var behind = elements[planes.Length..];
        if (into.Length - at < sample.Phase + behind.Length)
        {
            return false;
        }

        payload[..sample.Phase].CopyTo(into[at..]);
        behind.CopyTo(into[(at + sample.Phase)..]);
        written = at + sample.Phase + behind.Length;
        return true;
    }

    /// <summary>
    /// Unpacks what <see cref="TryPack"/> packed. False unless the bytes are well-formed and give exactly as many bytes as there is room for; the payload is then undefined.
    /// Nothing in the bytes makes it throw, or use more memory than a payload and a coder.
    /// </summary>
    /// <param name="packed">The packed bytes and nothing behind them.</param>
    /// <param name="payload">Room for the payload, exactly.</param>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> payload)
    {
        if (packed.Length < FixedBytes || payload.Length > MaximumPayloadBytes
            || packed[0] is not (1 or 2 or 4) || packed[1] >= packed[0] || packed[1] > payload.Length || packed.Length < FixedBytes + PlaneHeadBytes * packed[0])
        {
            return false;
        }

        int width = packed[0], phase = packed[1];
        var count = (payload.Length - phase) / width;
        var coder = PlaneCoder.OfThisThread;
        var planes = coder.Planes(count * width);
        var coded = packed[(FixedBytes + PlaneHeadBytes * width)..];
        for (var i = 0; i < width; i++)
        {
            var head = packed.Slice(FixedBytes + PlaneHeadBytes * i, PlaneHeadBytes);
            var bytes = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
            if (bytes > coded.Length || !TryDecode(coder, (Coding)head[0], coded[..(int)bytes], planes.Slice(i * count, count)))
            {
                return false;
            }

            coded = coded[(int)bytes..];
        }

        var elements = payload.Slice(phase, planes.Length);
        var behind = payload[(phase + planes.Length)..];
        if (coded.Length != phase + behind.Length)
        {
            return false;
        }

        PlaneSplit.Join(planes, elements, width);
        coded[..phase].CopyTo(payload);
        coded[phase..].CopyTo(behind);
        return true;
    }

    private static bool TryDecode(PlaneCoder coder, Coding coding, ReadOnlySpan<byte> coded, Span<byte> plane)
    {
        switch (coding)
        {
            case Coding.Raw when coded.Length == plane.Length:
                coded.CopyTo(plane);
                return true;
            case Coding.Zstandard:
                return coder.TryDecompress(coded, plane);
            default:
                return false;
        }
    }
}
