using System.Buffers.Binary;
using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>
/// One FlatBuffer (flatbuffers.dev, "Internals"), of which every byte is read exactly once: an object that lies on another, a field that the
/// schema does not know and a gap that is not zero are refused. Only a vtable may serve several tables. After the first refusal everything
/// reads as absent, so that callers' loops end.
/// </summary>
internal sealed class FlatBuffer(byte[] bytes, int length, long at)
{
    /// <summary>Bytes of an offset, of a count and of a table's reference to its vtable.</summary>
    public const int OffsetBytes = 4;

    private const int VtableHeadBytes = 4;

    /// <summary>One for each byte that belongs to something.</summary>
    private readonly byte[] taken = new byte[length];

    private readonly HashSet<int> vtables = [];

    public Finding? Refusal { get; private set; }

    /// <summary>The table that the buffer begins with, which may have so many fields.</summary>
    public FlatTable Root(int fields) => Take(0, OffsetBytes) ? Table(Target(0), fields) : default;

    /// <summary>Everything was read: the rest must be padding.</summary>
    public Finding? Complete()
    {
        for (var i = 0; i < length && Refusal is null; i++)
        {
            if (taken[i] == 0 && bytes[i] != 0)
            {
                Refuse(i, "bytes in its metadata that belong to nothing");
            }
        }

        return Refusal;
    }

    public void Refuse(int position, string message) => Refuse(RefusalCode.FormatMalformed, position, message);

    public void Refuse(RefusalCode code, int position, string message) => Refusal ??= Findings.Refuse(code, at + position, message);

    /// <summary>Bytes that were taken.</summary>
    public ReadOnlySpan<byte> Bytes(int position, int count) => bytes.AsSpan(position, count);

    /// <summary>True where the bytes lie inside, aligned to their width, and belong to nothing else; now they do.</summary>
    public bool Take(long position, long count, int alignment = 1)
    {
        if (Refusal is not null)
        {
            return false;
        }

        if (position < 0 || count > length - position || position % alignment != 0)
        {
            Refuse((int)Math.Clamp(position, 0, length), "its metadata points outside of itself, or between places");
            return false;
        }

        var range = taken.AsSpan((int)position, (int)count);
        if (range.ContainsAnyExcept((byte)0))
        {
            Refuse((int)position, "parts of its metadata lie on one another");
            return false;
        }

        range.Fill(1);
        return true;
    }

    /// <summary>Where an offset that was taken points to.</summary>
    public long Target(int position) => position + (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(position));

    /// <summary>The table at a place.</summary>
    public FlatTable Table(long position, int fields)
    {
        if (!Take(position, OffsetBytes, OffsetBytes))
        {
            return default;
        }

        var table = (int)position;
        var vtable = (long)table - BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(table));
        if (vtable < 0 || vtable > length - VtableHeadBytes || vtable % 2 != 0)
        {
            Refuse(table, "a table of its metadata has no vtable");
            return default;
        }

        var vtableBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)vtable));
        var tableBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)vtable + 2));
        if (vtableBytes < VtableHeadBytes || vtableBytes % 2 != 0 || vtableBytes > VtableHeadBytes + (2 * fields)
            || tableBytes < OffsetBytes || tableBytes > length - table)
        {
            Refuse((int)vtable, "a vtable of its metadata that does not fit its table");
            return default;
        }

        return vtables.Add((int)vtable) && !Take(vtable, vtableBytes, 2)
            ? default
            : new FlatTable(this, table, (int)vtable, tableBytes, (vtableBytes - VtableHeadBytes) / 2);
    }

    /// <summary>The vector at a place, of elements of a width and alignment.</summary>
    public FlatVector Vector(long position, int elementBytes, int alignment)
    {
        if (!Take(position, OffsetBytes, OffsetBytes))
        {
            return default;
        }

        var count = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)position));
        var first = position + OffsetBytes;

        // An empty vector is written without the alignment of the elements that it does not have.
        return count == 0 || Take(first, (long)count * elementBytes, alignment) ? new FlatVector(this, (int)first, (int)count) : default;
    }

    /// <summary>The string at a place: UTF-8 that ends with a NUL and holds none.</summary>
    public ReadOnlySpan<byte> Text(long position)
    {
        var vector = Vector(position, 1, 1);
        var end = position + OffsetBytes + vector.Count;
        if (Refusal is not null || !Take(end, 1))
        {
            return [];
        }

        var text = bytes.AsSpan((int)position + OffsetBytes, vector.Count);
        if (bytes[(int)end] != 0 || text.Contains((byte)0) || !Utf8.IsValid(text))
        {
            Refuse((int)position, "a text in its metadata is not UTF-8, holds a NUL or does not end with one");
            return [];
        }

        return text;
    }
}
