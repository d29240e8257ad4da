using System.Globalization;
using Gateway.Core.Inspection.Floats;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>An element type: a byte order, a kind and a size (numpy, "array interface protocol", typestr).</summary>
/// <param name="Name">As written.</param>
/// <param name="Bytes">Size of an element.</param>
internal sealed record NpyType(string Name, int Bytes)
{
    /// <summary>How its numbers show that they are not finite, those of a complex number each for itself; null where all are.</summary>
    public FloatLayout? Floats => (Name[1], Bytes) switch
    {
        ('f', 2) => FloatLayout.F16,
        ('f', 4) or ('c', 8) => FloatLayout.F32,
        ('f', 8) or ('c', 16) => FloatLayout.F64,
        _ => null,
    };

    /// <summary>
    /// Little-endian ('&lt;'), native ('=', which is little-endian wherever this data is used) or without byte order ('|'). Null for
    /// everything else: big-endian, objects, void and structured types, long double (its size differs by machine), dates.
    /// </summary>
    public static NpyType? Parse(string name)
    {
        if (name.Length < 3 || name[0] is not ('<' or '=' or '|')
            || name[2] is < '0' or > '9' || !int.TryParse(name.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || (name[2] == '0' && name.Length > 3))
        {
            return null;
        }

        var bytes = (name[0], name[1], size) switch
        {
            (_, 'b', 1) or (_, 'i' or 'u', 1) => size,
            ('<' or '=', 'i' or 'u', 2 or 4 or 8) or ('<' or '=', 'f', 2 or 4 or 8) or ('<' or '=', 'c', 8 or 16) => size,
            (_, 'S', <= InspectionLimits.NpyElementBytes) => size,
            ('<' or '=', 'U', <= InspectionLimits.NpyElementBytes / 4) => 4 * size,
            _ => -1,
        };
        return bytes < 0 ? null : new NpyType(name, bytes);
    }
}
