using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>A vector of a <see cref="FlatBuffer"/>; empty where it is absent.</summary>
internal readonly struct FlatVector(FlatBuffer buffer, int first, int count)
{
    public int Count => count;

    /// <summary>Place of its first element.</summary>
    public int Position => first;

    /// <summary>The 64-bit number of so many bytes in front of it.</summary>
    public long Int64(int byteOffset) => BinaryPrimitives.ReadInt64LittleEndian(buffer.Bytes(first + byteOffset, 8));

    /// <summary>The 32-bit number of so many bytes in front of it.</summary>
    public int Int32(int byteOffset) => BinaryPrimitives.ReadInt32LittleEndian(buffer.Bytes(first + byteOffset, 4));

    /// <summary>The table that an element points to.</summary>
    public FlatTable Table(int index, int fields) => buffer.Table(buffer.Target(first + (FlatBuffer.OffsetBytes * index)), fields);
}
