using System.Buffers;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>Paths of columns: names in the footer, from below the root to the leaf.</summary>
internal static class ParquetPath
{
    /// <summary>True where a list of names is that path. Names may hold dots, so they are compared one by one.</summary>
    public static bool Is(ReadOnlySpan<byte> footer, ParquetNode leaf, ThriftSlot list)
    {
        if (list.Number != leaf.Depth)
        {
            return false;
        }

        Span<ThriftSlot> names = stackalloc ThriftSlot[ParquetLimits.Depth];
        Names(leaf, names);
        var reader = new ThriftReader(footer, 0) { At = list.Begin };
        foreach (var name in names[..leaf.Depth])
        {
            if (!reader.Text().SequenceEqual(footer[name.Begin..name.End]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Names with dots between them, quoted.</summary>
    public static string Quote(ReadOnlySpan<byte> footer, ParquetNode leaf)
    {
        Span<ThriftSlot> names = stackalloc ThriftSlot[ParquetLimits.Depth];
        Names(leaf, names);
        var path = new ArrayBufferWriter<byte>();
        foreach (var name in names[..leaf.Depth])
        {
            path.Write(path.WrittenCount > 0 ? "."u8 : default);
            path.Write(footer[name.Begin..name.End]);
        }

        return Findings.Quote(path.WrittenSpan);
    }

    private static void Names(ParquetNode leaf, Span<ThriftSlot> names)
    {
        for (var node = leaf; node is not null; node = node.Parent)
        {
            names[node.Depth - 1] = node.Name;
        }
    }
}
