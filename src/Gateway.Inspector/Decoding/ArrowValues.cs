using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Gateway.Inspector.Decoding;

/// <summary>Finds every value of an array where its offsets, sizes, indices and views say: Apache.Arrow looks for one only when it is asked for it.</summary>
internal static class ArrowValues
{
    /// <summary>Throws where a value lies outside of what holds it. Types nest no deeper than the verifier lets them.</summary>
    public static void Check(IArrowArray array)
    {
        switch (array)
        {
            case DictionaryArray dictionary:
                Indices(dictionary);
                Check(dictionary.Dictionary);
                break;
            case BinaryViewArray views:
                Touch(views.Length, i => views.GetBytes(i));
                break;
            case BinaryArray binary:
                Offsets(binary.Length == 0 ? [] : binary.ValueOffsets, binary.ValueBuffer.Length);
                break;
            case LargeBinaryArray binary:
                Offsets(binary.Length == 0 ? [] : binary.ValueOffsets, binary.ValueBuffer.Length);
                break;
            case ListArray list:
                Offsets(list.Length == 0 ? [] : list.ValueOffsets, list.Values.Length);
                Check(list.Values);
                break;
            case LargeListArray list:
                Offsets(list.Length == 0 ? [] : list.ValueOffsets, list.Values.Length);
                Check(list.Values);
                break;
            case FixedSizeListArray list:
                Check(list.Values);
                break;
            case StructArray structs:
                Check(structs.Fields);
                break;
            case UnionArray union:
                Check(union.Fields);
                break;
            case RunEndEncodedArray runs:
                Check(runs.RunEnds);
                Check(runs.Values);
                break;
            default:
                Width(array.Data);
                break;
        }
    }

    private static void Check(IReadOnlyList<IArrowArray> fields)
    {
        foreach (var field in fields)
        {
            Check(field);
        }
    }

    private static void Touch(int count, Func<int, ReadOnlySpan<byte>> read)
    {
        for (var i = 0; i < count; i++)
        {
            _ = read(i);
        }
    }

    private static void Offsets<T>(ReadOnlySpan<T> offsets, long end)
        where T : struct, IBinaryInteger<T>
    {
        for (var i = 1; i < offsets.Length; i++)
        {
            if (offsets[i] < offsets[i - 1])
            {
                throw new InvalidDataException("offsets that go back");
            }
        }

        if (offsets.Length > 0 && (offsets[0] < T.Zero || long.CreateChecked(offsets[^1]) > end))
        {
            throw new InvalidDataException("offsets outside of the values");
        }
    }

    private static void Indices(DictionaryArray dictionary)
    {
        Width(dictionary.Indices.Data);
        var values = dictionary.Dictionary?.Length ?? 0;
        for (var i = 0; i < dictionary.Length; i++)
        {
            if (dictionary.IsValid(i) && !(Index(dictionary.Indices, i) is var index && index >= 0 && index < values))
            {
                throw new InvalidDataException("an index outside of its dictionary");
            }
        }
    }

    private static decimal Index(IArrowArray indices, int at) => indices switch
    {
        Int8Array a => a.GetValue(at)!.Value,
        Int16Array a => a.GetValue(at)!.Value,
        Int32Array a => a.GetValue(at)!.Value,
        Int64Array a => a.GetValue(at)!.Value,
        UInt8Array a => a.GetValue(at)!.Value,
        UInt16Array a => a.GetValue(at)!.Value,
        UInt32Array a => a.GetValue(at)!.Value,
        UInt64Array a => a.GetValue(at)!.Value,
        _ => throw new NotSupportedException("a dictionary whose indices are no integers"),
    };

    private static void Width(ArrayData data)
    {
        if (data.DataType is FixedWidthType type && data.Buffers.Length > 1 && data.Buffers[1].Length * 8L < ((long)data.Offset + data.Length) * type.BitWidth)
        {
            throw new InvalidDataException("fewer values than rows");
        }
    }
}
