using System.Buffers.Binary;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.Parquet;
using Parquet;

namespace Gateway.Inspector.Decoding;

/// <summary>Decodes all columns of all row groups of a Parquet file with Parquet.Net, some pages at a time.</summary>
internal static class ParquetDecoding
{
    /// <summary>Length of the footer and the magic behind it.</summary>
    private const int TailBytes = 8;

    private const int Int96Bytes = 12;

    /// <summary>Rows of the file, which every column has. Throws where one does not decode.</summary>
    public static async Task<long> CountRowsAsync(ContentReader read, long bytes)
    {
        var footer = ReadFooter(read, bytes);
        if (footer.Columns.Count == 0)
        {
            return footer.Rows;
        }

        await using var source = new PartsStream(read);
        source.Show(new FilePart(0, bytes));
        await using var reader = await ParquetReader.CreateAsync(source).ConfigureAwait(false);
        foreach (var leaf in reader.Metadata!.Schema.Where(e => e.Type is not null))
        {
            // What values mean is not decoded: dates and decimals of .NET end sooner than those of Parquet.
            (leaf.ConvertedType, leaf.LogicalType) = (null, null);
            if (leaf.Type == Parquet.Meta.Type.INT96)
            {
                (leaf.Type, leaf.TypeLength) = (Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY, Int96Bytes);
            }
        }

        var fields = reader.Schema.GetDataFields();
        if (fields.Length != footer.Columns.Count)
        {
            throw new InvalidDataException($"{fields.Length} columns of {footer.Columns.Count}");
        }

        var rows = 0L;
        for (var group = 0; group < reader.RowGroupCount; group++)
        {
            for (var column = 0; column < fields.Length; column++)
            {
                var chunk = footer.Chunks[(group * fields.Length) + column];
                var decoded = await new ParquetChunkDecoding(read, source, reader.RowGroups[group], fields[column], chunk).CountRowsAsync().ConfigureAwait(false);
                if (decoded != chunk.Rows)
                {
                    throw new InvalidDataException($"{decoded} rows of {chunk.Rows} in column {column} of row group {group}");
                }
            }

            rows += reader.RowGroups[group].RowCount;
        }

        return rows;
    }

    /// <summary>The verifier's reading of it: it says where pages lie.</summary>
    private static ParquetFooter ReadFooter(ContentReader read, long bytes)
    {
        Span<byte> tail = stackalloc byte[TailBytes];
        var whole = read(bytes - TailBytes, tail) == TailBytes;
        var footer = new byte[whole ? BinaryPrimitives.ReadInt32LittleEndian(tail) : 0];
        var at = bytes - TailBytes - footer.Length;
        return read(at, footer) == footer.Length && ParquetFooter.Read(footer, at, out var parsed) is null ? parsed : throw new InvalidDataException("it changed while it was read");
    }
}
