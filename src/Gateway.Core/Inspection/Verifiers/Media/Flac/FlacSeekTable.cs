using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Flac;

/// <summary>Seek points (RFC 9639, 8.5), which must be the frames that they name.</summary>
internal sealed class FlacSeekTable
{
    public const int PointBytes = 18;

    private readonly Queue<(long Sample, long Offset, int Samples)> points = new();

    /// <summary>True when every point was a frame.</summary>
    public bool IsComplete => points.Count == 0;

    /// <summary>Reads one; false where its points do not ascend, or where what stands in for a point is not zero behind its number.</summary>
    public bool Read(ReadOnlySpan<byte> data)
    {
        var previous = -1L;
        var isPlaceholder = false;
        for (; data.Length >= PointBytes; data = data[PointBytes..])
        {
            var sample = BinaryPrimitives.ReadUInt64BigEndian(data);
            if (sample == ulong.MaxValue)
            {
                isPlaceholder = true;
                if (data[8..PointBytes].ContainsAnyExcept((byte)0))
                {
                    return false;
                }

                continue;
            }

            var offset = BinaryPrimitives.ReadUInt64BigEndian(data[8..]);
            if (isPlaceholder || sample > long.MaxValue || (long)sample <= previous || offset > long.MaxValue)
            {
                return false;
            }

            previous = (long)sample;
            points.Enqueue((previous, (long)offset, BinaryPrimitives.ReadUInt16BigEndian(data[16..])));
        }

        return data.IsEmpty;
    }

    /// <summary>Compares a frame; false where a point speaks of it wrongly, or was of no frame.</summary>
    public bool Frame(long sample, long offset, int samples)
    {
        if (points.Count == 0 || points.Peek().Sample > sample)
        {
            return true;
        }

        return points.Dequeue() == (sample, offset, samples);
    }
}
