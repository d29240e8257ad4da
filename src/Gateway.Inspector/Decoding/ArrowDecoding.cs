using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Gateway.Core.Inspection;

namespace Gateway.Inspector.Decoding;

/// <summary>
/// Decodes all record batches and dictionaries of Arrow IPC with Apache.Arrow, one batch at a time. A file is read as the stream that it holds: the verifier found its footer to list
/// just those messages.
/// </summary>
internal static class ArrowDecoding
{
    /// <summary>Where the stream begins in a file: behind the magic and its padding.</summary>
    private const int FileStreamAt = 8;

    /// <summary>Rows of all batches. Throws where one does not decode.</summary>
    public static async Task<long> CountRowsAsync(ContentReader read, long bytes)
    {
        var begin = IsFile(read) ? FileStreamAt : 0;
        await using var source = new PartsStream(read);
        source.Show(new FilePart(begin, bytes - begin));
        var allocator = new BatchAllocator();
        using var reader = new ArrowStreamReader(source, allocator, new CompressionCodecFactory(), leaveOpen: true);
        var rows = 0L;
        while (await reader.ReadNextRecordBatchAsync().ConfigureAwait(false) is { } batch)
        {
            // Not disposed: that would end the dictionaries, which later batches use too.
            foreach (var column in batch.Arrays)
            {
                ArrowValues.Check(column);
            }

            rows += batch.Length;
            allocator.BeginBatch();
        }

        return rows;
    }

    private static bool IsFile(ContentReader read)
    {
        Span<byte> begin = stackalloc byte[6];
        return read(0, begin) == begin.Length && begin.SequenceEqual("ARROW1"u8);
    }
}
