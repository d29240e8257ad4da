using System.Collections.Frozen;
using System.Globalization;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// What an element of the schema is annotated as: a logical type, its older form the converted type, or both, which must then say the same
/// (parquet-format, LogicalTypes.md). Readers use the one or the other.
/// </summary>
/// <param name="Name">For people.</param>
/// <param name="Fits">True for an element of the physical type and length that it may annotate.</param>
/// <param name="Converted">The converted type that says the same; -1 where there is none.</param>
internal sealed record ParquetAnnotation(string Name, Func<ParquetType?, long, bool> Fits, int Converted)
{
    private const int DecimalConverted = 5;

    private static readonly FrozenDictionary<int, ParquetAnnotation> ByConverted = new ParquetAnnotation[]
    {
        new("string", IsBytes, 0),
        new("map", IsGroup, 1),
        new("map", IsGroup, 2),
        new("list", IsGroup, 3),
        new("enum", IsBytes, 4),
        new("decimal", IsDecimal, DecimalConverted),
        new("date", IsInt32, 6),
        new("time(ms)", IsInt32, 7),
        new("time(us)", IsInt64, 8),
        new("timestamp(ms)", IsInt64, 9),
        new("timestamp(us)", IsInt64, 10),
        new("uint8", IsInt32, 11),
        new("uint16", IsInt32, 12),
        new("uint32", IsInt32, 13),
        new("uint64", IsInt64, 14),
        new("int8", IsInt32, 15),
        new("int16", IsInt32, 16),
        new("int32", IsInt32, 17),
        new("int64", IsInt64, 18),
        new("json", IsBytes, 19),
        new("bson", IsBytes, 20),
        new("interval", (type, length) => type == ParquetType.FixedLenByteArray && length == 12, 21),
    }.ToFrozenDictionary(a => a.Converted);

    /// <summary>What the element is called for people; null where its annotations do not fit it or each other.</summary>
    public static string? Of(ReadOnlySpan<byte> footer, in ThriftFields element)
    {
        ParquetType? type = element.Has(1) ? (ParquetType)element[1].Number : null;
        var length = element.Number(2, 0);
        var logical = element.Has(10) ? OfLogical(footer, element) : null;
        var converted = element.Has(6) ? ByConverted[(int)element[6].Number] : null;
        if ((element.Has(10) && logical is null)
            || (logical is not null && !logical.Fits(type, length))
            || (converted is not null && !converted.Fits(type, length))
            || (logical is not null && converted is not null && logical.Converted != Same(converted.Converted))
            || (logical is null && converted?.Converted == DecimalConverted && !IsPrecision(element.Number(7, 0), element.Number(8, 0))))
        {
            return null;
        }

        return (logical ?? converted)?.Name ?? type switch
        {
            null => "group",
            ParquetType.FixedLenByteArray => string.Create(CultureInfo.InvariantCulture, $"fixed_len_byte_array({length})"),
            ParquetType.ByteArray => "byte_array",
            _ => type.Value.ToString().ToLowerInvariant(),
        };
    }

    private static ParquetAnnotation? OfLogical(ReadOnlySpan<byte> footer, in ThriftFields element)
    {
        var reader = new ThriftReader(footer, 0) { At = element[10].Begin };
        var union = reader.Struct(ParquetShapes.LogicalType);
        var choice = System.Numerics.BitOperations.TrailingZeroCount(union.Present);
        reader.At = union[choice].Begin;
        switch (choice)
        {
            case 5:
                var number = reader.Struct(ParquetShapes.Decimal);
                var (scale, precision) = (number[1].Number, number[2].Number);
                return IsPrecision(scale, precision) && element.Number(7, scale) == scale && element.Number(8, precision) == precision
                    ? new(string.Create(CultureInfo.InvariantCulture, $"decimal({precision}, {scale})"), IsDecimal, DecimalConverted)
                    : null;
            case 7 or 8:
                return OfTime(footer, ref reader, isStamp: choice == 8);
            case 10:
                var integer = reader.Struct(ParquetShapes.Integer);
                var width = integer[1].Number switch { 8 => 0, 16 => 1, 32 => 2, 64 => 3, _ => -1 };
                return width < 0 ? null : ByConverted[(integer[2].Number == 1 ? 15 : 11) + width];
            default:
                return choice switch
                {
                    1 => ByConverted[0],
                    2 => ByConverted[1],
                    3 => ByConverted[3],
                    4 => ByConverted[4],
                    6 => ByConverted[6],
                    11 => new("null", (type, _) => type is not null, -1),
                    12 => ByConverted[19],
                    13 => ByConverted[20],
                    14 => new("uuid", (type, length) => type == ParquetType.FixedLenByteArray && length == 16, -1),
                    15 => new("float16", (type, length) => type == ParquetType.FixedLenByteArray && length == 2, -1),
                    16 => new("variant", IsGroup, -1),
                    17 => new("geometry", IsBytes, -1),
                    _ => new("geography", IsBytes, -1),
                };
        }
    }

    private static ParquetAnnotation OfTime(ReadOnlySpan<byte> footer, ref ThriftReader reader, bool isStamp)
    {
        var time = reader.Struct(ParquetShapes.Time);
        var units = new ThriftReader(footer, 0) { At = time[2].Begin }.Struct(ParquetShapes.TimeUnit);
        return units.Has(3)
            ? new(isStamp ? "timestamp(ns)" : "time(ns)", IsInt64, -1)
            : ByConverted[(isStamp ? 9 : 7) + (units.Has(2) ? 1 : 0)];
    }

    /// <summary>MAP_KEY_VALUE is an older word for MAP.</summary>
    private static int Same(int converted) => converted == 2 ? 1 : converted;

    private static bool IsPrecision(long scale, long precision) => scale >= 0 && precision > 0 && scale <= precision;

    private static bool IsGroup(ParquetType? type, long length) => type is null;

    private static bool IsBytes(ParquetType? type, long length) => type == ParquetType.ByteArray;

    private static bool IsInt32(ParquetType? type, long length) => type == ParquetType.Int32;

    private static bool IsInt64(ParquetType? type, long length) => type == ParquetType.Int64;

    private static bool IsDecimal(ParquetType? type, long length) =>
        type is ParquetType.Int32 or ParquetType.Int64 or ParquetType.ByteArray or ParquetType.FixedLenByteArray;
}
