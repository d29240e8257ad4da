using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>A frame header (T.81, B.2.2) of 8-bit samples: baseline, extended sequential or progressive.</summary>
internal sealed class JpegFrame
{
    private const int FixedBytes = 6;

    private JpegFrame(byte marker, int width, int height, JpegComponent[] components)
    {
        Marker = marker;
        Width = width;
        Height = height;
        Components = components;
    }

    public byte Marker { get; }

    public int Width { get; }

    public int Height { get; }

    public IReadOnlyList<JpegComponent> Components { get; }

    public bool IsBaseline => Marker == 0xC0;

    public bool IsProgressive => Marker == 0xC2;

    /// <summary>Reads the parameters of SOF; null where one of them is not of the standard.</summary>
    public static JpegFrame? Read(byte marker, ReadOnlySpan<byte> data)
    {
        if (data.Length < FixedBytes || data[0] != 8 || data[5] is not (1 or 3 or 4) || data.Length != FixedBytes + (3 * data[5]))
        {
            return null;
        }

        var height = BinaryPrimitives.ReadUInt16BigEndian(data[1..]);
        var width = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
        var components = new JpegComponent[data[5]];
        for (var i = 0; i < components.Length; i++)
        {
            var one = data[(FixedBytes + (3 * i))..];
            var component = new JpegComponent(one[0], one[1] >> 4, one[1] & 0xF, one[2]);
            if (component.Horizontal is < 1 or > 4 || component.Vertical is < 1 or > 4 || component.Table > 3
                || Array.Exists(components[..i], c => c.Id == component.Id))
            {
                return null;
            }

            components[i] = component;
        }

        return width > 0 && height > 0 ? new JpegFrame(marker, width, height, components) : null;
    }

    /// <summary>Units that a scan of these components codes, between which restart markers count (T.81, A.2).</summary>
    public long Units(IReadOnlyList<JpegComponent> scan)
    {
        var horizontal = Components.Max(c => c.Horizontal);
        var vertical = Components.Max(c => c.Vertical);
        return scan.Count == 1
            ? Ceiling(Ceiling((long)Width * scan[0].Horizontal, horizontal), 8) * Ceiling(Ceiling((long)Height * scan[0].Vertical, vertical), 8)
            : Ceiling(Width, 8 * horizontal) * Ceiling(Height, 8 * vertical);
    }

    private static long Ceiling(long a, long b) => (a + b - 1) / b;
}
