using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>A table of a <see cref="FlatBuffer"/>. Each field is read once; an absent table has no fields.</summary>
internal readonly struct FlatTable(FlatBuffer buffer, int position, int vtable, int bytes, int fields)
{
    public bool Exists => buffer is not null;

    public int Position => position;

    /// <summary>True where the field is written, even as its default.</summary>
    public bool Has(int field) => Slot(field) != 0;

    public byte UInt8(int field) => Scalar(field, 1, out var at) ? buffer.Bytes(at, 1)[0] : (byte)0;

    public bool Bool(int field)
    {
        var value = UInt8(field);
        if (value > 1)
        {
            buffer.Refuse(position, "a truth value in its metadata that is neither 0 nor 1");
        }

        return value == 1;
    }

    public short Int16(int field, short absent = 0) =>
        Scalar(field, 2, out var at) ? BinaryPrimitives.ReadInt16LittleEndian(buffer.Bytes(at, 2)) : absent;

    public int Int32(int field, int absent = 0) =>
        Scalar(field, 4, out var at) ? BinaryPrimitives.ReadInt32LittleEndian(buffer.Bytes(at, 4)) : absent;

    public long Int64(int field) => Scalar(field, 8, out var at) ? BinaryPrimitives.ReadInt64LittleEndian(buffer.Bytes(at, 8)) : 0;

    public FlatTable Table(int field, int fieldsOfTable) =>
        Scalar(field, FlatBuffer.OffsetBytes, out var at) ? buffer.Table(buffer.Target(at), fieldsOfTable) : default;

    public FlatVector Vector(int field, int elementBytes, int alignment) =>
        Scalar(field, FlatBuffer.OffsetBytes, out var at) ? buffer.Vector(buffer.Target(at), elementBytes, alignment) : default;

    public ReadOnlySpan<byte> Text(int field) => Scalar(field, FlatBuffer.OffsetBytes, out var at) ? buffer.Text(buffer.Target(at)) : [];

    /// <summary>Offset of the field in the table; 0 where it is absent.</summary>
    private int Slot(int field) =>
        field < fields && buffer.Refusal is null ? BinaryPrimitives.ReadUInt16LittleEndian(buffer.Bytes(vtable + 4 + (2 * field), 2)) : 0;

    private bool Scalar(int field, int width, out int at)
    {
        var slot = Slot(field);
        at = position + slot;
        if (slot == 0)
        {
            return false;
        }

        if (slot + width > bytes)
        {
            buffer.Refuse(position, "a field of its metadata lies outside of its table");
            return false;
        }

        return buffer.Take(at, width, width);
    }
}
