using System.Buffers;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.Parquet;
using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Gateway.Inspector.Decoding;

/// <summary>Decodes a column chunk: as many pages at a time as a batch holds, each time with the dictionary before them.</summary>
internal sealed class ParquetChunkDecoding
{
    /// <summary>Page headers are short; a longer one is read again.</summary>
    private const int HeaderBytes = 4 << 10;

    /// <summary>What a value takes beside its bytes in the file: itself or a reference to it, and two levels.</summary>
    private const int ValueBytes = 24;

    /// <summary>What is not a level, in places that the decoder is to fill.</summary>
    private const int Unfilled = -1;

    private readonly ContentReader read;
    private readonly PartsStream source;
    private readonly ParquetRowGroupReader group;
    private readonly DataField field;
    private readonly ParquetChunk chunk;
    private readonly ColumnMetaData meta;
    private readonly PageCompression compression = new();
    private FilePart dictionary;
    private long rows;

    public ParquetChunkDecoding(ContentReader read, PartsStream source, ParquetRowGroupReader group, DataField field, ParquetChunk chunk)
    {
        (this.read, this.source, this.group, this.field, this.chunk) = (read, source, group, field, chunk);
        meta = group.GetMetadata(field)?.MetaData is { } found && found.DataPageOffset == chunk.DataAt ? found : throw new InvalidDataException("a column that is somewhere else");
    }

    /// <summary>Rows that it decodes to. Throws where it does not.</summary>
    public async Task<long> CountRowsAsync()
    {
        var (begin, values, cost) = (chunk.Begin, 0L, 0L);
        for (var at = chunk.Begin; at < chunk.End;)
        {
            var (page, headerBytes) = ReadHeader(at);
            var next = at + headerBytes + page.CompressedBytes;
            Check(page, at + headerBytes);
            if (page.Type == ParquetPageType.Dictionary)
            {
                dictionary = new FilePart(at, next - at);
                begin = next;
            }
            else
            {
                values += page.Values;
                cost += page.UncompressedBytes + (page.Values * ValueBytes);
                if (cost >= DecodingLimits.BatchBytes)
                {
                    await DecodeAsync(begin, next, (int)values).ConfigureAwait(false);
                    (begin, values, cost) = (next, 0, 0);
                }
            }

            at = next;
        }

        if (begin < chunk.End || dictionary.Bytes > 0)
        {
            await DecodeAsync(begin, chunk.End, (int)values).ConfigureAwait(false);
        }

        return rows;
    }

    private (ParquetPage Page, int HeaderBytes) ReadHeader(long at)
    {
        for (var size = HeaderBytes; ; size = ParquetLimits.PageHeaderBytes)
        {
            var held = new byte[Math.Min(size, chunk.End - at)];
            var bytes = held.AsSpan(0, read(at, held));
            var header = new ThriftReader(bytes, at);
            var fields = header.Struct(ParquetShapes.PageHeader);
            if (header.Refusal is null && ParquetPage.Of(bytes, fields) is { } page)
            {
                return (page, header.At);
            }

            if (!header.Ended || size == ParquetLimits.PageHeaderBytes)
            {
                throw new InvalidDataException("it changed while it was read");
            }
        }
    }

    /// <summary>Throws where a page is beyond a limit, is one that Parquet.Net reads wrongly, or does not decompress.</summary>
    private void Check(in ParquetPage page, long bodyAt)
    {
        if (page.UncompressedBytes > DecodingLimits.PageBytes || page.CompressedBytes > DecodingLimits.PageBytes || page.Values > DecodingLimits.PageValues)
        {
            throw new DecodingExcessException(
                $"a page of more than {Findings.Number(DecodingLimits.PageBytes)} bytes or {Findings.Number(DecodingLimits.PageValues)} values; write smaller pages");
        }

        if (page is { Type: ParquetPageType.DataV2 } && chunk.Column.MaximumRepetition > 0)
        {
            throw new NotSupportedException("lists in data pages of version 2; write version 1");
        }

        if (page is { Encoding: ParquetEncoding.Rle })
        {
            throw new NotSupportedException("booleans in RLE encoding; write data pages of version 1");
        }

        var (levels, isCompressed) = ((int)page.LevelBytes, page.IsCompressed && chunk.Codec != ParquetCodec.Uncompressed);
        if (isCompressed)
        {
            var body = ArrayPool<byte>.Shared.Rent((int)page.CompressedBytes);
            var got = read(bodyAt, body.AsSpan(0, (int)page.CompressedBytes));
            compression.Check(chunk.Codec, body.AsMemory(0, got)[levels..], page.UncompressedBytes - levels);
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    /// <summary>Decodes the pages of a range, behind the dictionary. Behind the magic, because the decoder takes an offset of 0 for none.</summary>
    private async Task DecodeAsync(long begin, long end, int values)
    {
        var magic = ParquetVerifier.Magic.Length;
        source.Show(new FilePart(0, magic), dictionary, new FilePart(begin, end - begin));
        (meta.DictionaryPageOffset, meta.DataPageOffset, meta.IndexPageOffset, meta.NumValues, meta.Statistics) = (null, magic, null, values, null);
        rows += await (field.ClrType switch
        {
            var type when type == typeof(bool) => CountAsync<bool>(values),
            var type when type == typeof(int) => CountAsync<int>(values),
            var type when type == typeof(long) => CountAsync<long>(values),
            var type when type == typeof(float) => CountAsync<float>(values),
            var type when type == typeof(double) => CountAsync<double>(values),
            _ => CountAsync<ReadOnlyMemory<byte>>(values),
        }).ConfigureAwait(false);
    }

    private async Task<int> CountAsync<T>(int values)
        where T : struct
    {
        var into = ArrayPool<T>.Shared.Rent(values);
        var definitions = Levels(field.MaxDefinitionLevel, values);
        var repetitions = Levels(field.MaxRepetitionLevel, values);
        await group.ReadRawAsync(field, into.AsMemory(0, values), OrNone(definitions), OrNone(repetitions)).ConfigureAwait(false);
        ArrayPool<T>.Shared.Return(into, clearArray: true);
        Check(definitions, field.MaxDefinitionLevel);
        Check(repetitions, field.MaxRepetitionLevel);
        return repetitions?.AsSpan().Count(0) ?? values;
    }

    private static Memory<int>? OrNone(int[]? levels) => levels is null ? default(Memory<int>?) : levels.AsMemory();

    private static int[]? Levels(int maximum, int values)
    {
        if (maximum == 0)
        {
            return null;
        }

        var levels = new int[values];
        Array.Fill(levels, Unfilled);
        return levels;
    }

    private static void Check(int[]? levels, int maximum)
    {
        if (levels is not null && levels.AsSpan().ContainsAnyExceptInRange(0, maximum))
        {
            throw new InvalidDataException("a page with fewer levels than values, or a level beyond its column's");
        }
    }
}
