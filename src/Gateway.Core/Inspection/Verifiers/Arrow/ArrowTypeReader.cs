using System.Globalization;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Reads the union <c>Type</c> of a field (Schema.fbs): its word, the width of its values and what else their layout depends on.</summary>
internal ref struct ArrowTypeReader(FlatBuffer buffer)
{
    private static readonly string[] TimeUnits = ["s", "ms", "us", "ns"];

    /// <summary>Most decimal digits of a width of bits.</summary>
    private static readonly Dictionary<int, int> DecimalDigits = new() { [32] = 9, [64] = 18, [128] = 38, [256] = 76 };

    /// <summary>The type as people write it.</summary>
    public string Word { get; private set; } = "";

    /// <summary>Width of a value; 0 where it has none.</summary>
    public long Bits { get; private set; }

    public int ListSize { get; private set; }

    public byte[] TypeIds { get; private set; } = [];

    /// <summary>Time zone as written, which the word shows cut.</summary>
    public ReadOnlySpan<byte> Zone { get; private set; }

    /// <summary>Reads a field's type; false where it was refused.</summary>
    public bool Read(FlatTable field, ArrowType type, int children)
    {
        if (type is ArrowType.None or > ArrowType.LargeListView)
        {
            return Refuse(field, "a field has no type that Arrow knows");
        }

        if (type is ArrowType.ListView or ArrowType.LargeListView)
        {
            return Refuse(field, "a list view, whose offsets and sizes cannot be checked in one pass");
        }

        var table = field.Table(3, FieldsOf(type));
        if (!table.Exists)
        {
            return Refuse(field, "a field has no type");
        }

        (Word, Bits) = type switch
        {
            ArrowType.Null => ("null", 0),
            ArrowType.Int => Int(table),
            ArrowType.FloatingPoint => table.Int16(0) switch { 0 => ("float16", 16), 1 => ("float32", 32), 2 => ("float64", 64), _ => ("", 0) },
            ArrowType.Binary => ("binary", 0),
            ArrowType.Utf8 => ("string", 0),
            ArrowType.Bool => ("bool", 1),
            ArrowType.Decimal => Decimal(table),
            ArrowType.Date => table.Int16(0, 1) switch { 0 => ("date32", 32), 1 => ("date64", 64), _ => ("", 0) },
            ArrowType.Time => Time(table),
            ArrowType.Timestamp => Timestamp(table),
            ArrowType.Interval => table.Int16(0) switch
            {
                0 => ("interval[months]", 32),
                1 => ("interval[days, ms]", 64),
                2 => ("interval[months, days, ns]", 128),
                _ => ("", 0),
            },
            ArrowType.List => ("list", 0),
            ArrowType.Struct => ("struct", 0),
            ArrowType.Union => Union(table, children),
            ArrowType.FixedSizeBinary => FixedSizeBinary(table),
            ArrowType.FixedSizeList => FixedSizeList(table),
            ArrowType.Map => (table.Bool(0) ? "map, keys sorted" : "map", 0),
            ArrowType.Duration => Unit(table.Int16(0, 1)) is { } unit ? ($"duration[{unit}]", 64) : ("", 0),
            ArrowType.LargeBinary => ("large_binary", 0),
            ArrowType.LargeUtf8 => ("large_string", 0),
            ArrowType.LargeList => ("large_list", 0),
            ArrowType.RunEndEncoded => ("run_end_encoded", 0),
            ArrowType.BinaryView => ("binary_view", 0),
            ArrowType.Utf8View => ("string_view", 0),
            _ => ("", 0),
        };
        return Word.Length > 0 || Refuse(field, "the parameters of a type are none that Arrow knows");
    }

    /// <summary>Reads the type of integers; an empty word where there is none of that width.</summary>
    public static (string Word, long Bits) Int(FlatTable table)
    {
        var bits = table.Int32(0);
        return bits is 8 or 16 or 32 or 64 ? (Text($"{(table.Bool(1) ? "" : "u")}int{bits}"), bits) : ("", 0);
    }

    private static (string Word, long Bits) Decimal(FlatTable table)
    {
        var (precision, scale, bits) = (table.Int32(0), table.Int32(1), table.Int32(2, 128));
        return DecimalDigits.TryGetValue(bits, out var most) && precision >= 1 && precision <= most
            ? (Text($"decimal{bits}({precision}, {scale})"), bits)
            : ("", 0);
    }

    private static (string Word, long Bits) Time(FlatTable table) => (table.Int16(0, 1), table.Int32(1, 32)) switch
    {
        (0, 32) => ("time32[s]", 32),
        (1, 32) => ("time32[ms]", 32),
        (2, 64) => ("time64[us]", 64),
        (3, 64) => ("time64[ns]", 64),
        _ => ("", 0),
    };

    private static (string Word, long Bits) FixedSizeBinary(FlatTable table) =>
        table.Int32(0) is >= 0 and var width ? (Text($"fixed_size_binary[{width}]"), 8L * width) : ("", 0);

    private static string? Unit(short unit) => unit is >= 0 and <= 3 ? TimeUnits[unit] : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int FieldsOf(ArrowType type) => type switch
    {
        ArrowType.Decimal => 3,
        ArrowType.Int or ArrowType.Time or ArrowType.Timestamp or ArrowType.Union => 2,
        ArrowType.FloatingPoint or ArrowType.Date or ArrowType.Interval or ArrowType.FixedSizeBinary or ArrowType.FixedSizeList or ArrowType.Map
            or ArrowType.Duration => 1,
        _ => 0,
    };

    private (string Word, long Bits) Timestamp(FlatTable table)
    {
        var unit = Unit(table.Int16(0));
        Zone = table.Text(1);
        return unit is null ? ("", 0) : (Zone.IsEmpty ? $"timestamp[{unit}]" : $"timestamp[{unit}, {Findings.Quote(Zone)}]", 64);
    }

    private (string Word, long Bits) FixedSizeList(FlatTable table)
    {
        ListSize = table.Int32(0);
        return ListSize >= 0 ? (Text($"fixed_size_list[{ListSize}]"), 0) : ("", 0);
    }

    /// <summary>Only sparse unions: the offsets of a dense one mean a different child at each row.</summary>
    private (string Word, long Bits) Union(FlatTable table, int children)
    {
        if (table.Int16(0) != 0)
        {
            _ = Refuse(table, "a dense union, whose offsets cannot be checked in one pass");
            return ("", 0);
        }

        var ids = table.Vector(1, 4, 4);
        if (children is 0 or > ArrowLimits.UnionChildren || (table.Has(1) && ids.Count != children))
        {
            return ("", 0);
        }

        TypeIds = new byte[children];
        for (var i = 0; i < children; i++)
        {
            var id = table.Has(1) && ids.Count > 0 ? ids.Int32(4 * i) : i;
            if (id is < 0 or > sbyte.MaxValue || TypeIds.AsSpan(0, i).Contains((byte)id))
            {
                return ("", 0);
            }

            TypeIds[i] = (byte)id;
        }

        return ("sparse_union", 0);
    }

    private bool Refuse(FlatTable table, string message)
    {
        buffer.Refuse(table.Position, message);
        return false;
    }
}
