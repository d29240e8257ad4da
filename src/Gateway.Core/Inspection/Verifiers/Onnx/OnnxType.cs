using System.Collections.Frozen;

namespace Gateway.Core.Inspection.Verifiers.Onnx;

/// <summary>TensorProto.DataType: how elements are stored.</summary>
/// <param name="Number">Value of the enumeration.</param>
/// <param name="Name">Its name.</param>
/// <param name="Bits">Bits of an element in raw_data; 0 for strings, which have no raw form.</param>
/// <param name="Field">The typed field for it.</param>
/// <param name="PerElement">Values of the typed field for an element; 0 where several elements share one.</param>
/// <param name="Least">Least value in an integer field.</param>
/// <param name="Greatest">Greatest value, likewise.</param>
internal sealed record OnnxType(
    int Number, string Name, int Bits, string Field, int PerElement, long Least = long.MinValue, long Greatest = long.MaxValue)
{
    private const string Int32 = "TensorProto.int32_data";
    private const string Float = "TensorProto.float_data";
    private const string Double = "TensorProto.double_data";
    private const string UInt64 = "TensorProto.uint64_data";

    private static readonly FrozenDictionary<ulong, OnnxType> Known = new OnnxType[]
    {
        new(1, "FLOAT", 32, Float, 1),
        new(2, "UINT8", 8, Int32, 1, 0, byte.MaxValue),
        new(3, "INT8", 8, Int32, 1, sbyte.MinValue, sbyte.MaxValue),
        new(4, "UINT16", 16, Int32, 1, 0, ushort.MaxValue),
        new(5, "INT16", 16, Int32, 1, short.MinValue, short.MaxValue),
        new(6, "INT32", 32, Int32, 1),
        new(7, "INT64", 64, "TensorProto.int64_data", 1),
        new(8, "STRING", 0, "TensorProto.string_data", 1),
        new(9, "BOOL", 8, Int32, 1, 0, 1),
        new(10, "FLOAT16", 16, Int32, 1, 0, ushort.MaxValue),
        new(11, "DOUBLE", 64, Double, 1),
        new(12, "UINT32", 32, UInt64, 1, 0, uint.MaxValue),
        new(13, "UINT64", 64, UInt64, 1),
        new(14, "COMPLEX64", 64, Float, 2),
        new(15, "COMPLEX128", 128, Double, 2),
        new(16, "BFLOAT16", 16, Int32, 1, 0, ushort.MaxValue),
        new(17, "FLOAT8E4M3FN", 8, Int32, 1, 0, byte.MaxValue),
        new(18, "FLOAT8E4M3FNUZ", 8, Int32, 1, 0, byte.MaxValue),
        new(19, "FLOAT8E5M2", 8, Int32, 1, 0, byte.MaxValue),
        new(20, "FLOAT8E5M2FNUZ", 8, Int32, 1, 0, byte.MaxValue),
        new(21, "UINT4", 4, Int32, 0, 0, byte.MaxValue),
        new(22, "INT4", 4, Int32, 0, 0, byte.MaxValue),
        new(23, "FLOAT4E2M1", 4, Int32, 0, 0, byte.MaxValue),
        new(24, "FLOAT8E8M0", 8, Int32, 1, 0, byte.MaxValue),
        new(25, "UINT2", 2, Int32, 0, 0, byte.MaxValue),
        new(26, "INT2", 2, Int32, 0, 0, byte.MaxValue),
    }.ToFrozenDictionary(t => (ulong)t.Number);

    public static OnnxType? Find(ulong number) => Known.GetValueOrDefault(number);

    /// <summary>Bytes of so many elements in raw_data.</summary>
    public UInt128 RawBytes(UInt128 elements) => ((elements * (UInt128)Bits) + 7) / 8;

    /// <summary>Values of the typed field for so many elements.</summary>
    public UInt128 Values(UInt128 elements) => PerElement == 0 ? RawBytes(elements) : elements * (UInt128)PerElement;
}
