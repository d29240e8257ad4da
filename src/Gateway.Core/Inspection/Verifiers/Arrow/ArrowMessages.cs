namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>
/// The messages of a stream in their order (Columnar.rst, "IPC Streaming Format"): a schema, then dictionaries and batches, each dictionary
/// before what uses it.
/// </summary>
/// <param name="isFile">True in a file, where a dictionary may grow and not be replaced.</param>
internal sealed class ArrowMessages(bool isFile)
{
    /// <summary>Bytes of the continuation mark and the metadata's length.</summary>
    public const int PrefixBytes = 8;

    /// <summary>Version 4 of the metadata (0.8 to 0.17), and 5 (from 1.0): <c>MetadataVersion</c> of Schema.fbs.</summary>
    private const short V4 = 3;

    private readonly Dictionary<long, long> dictionaries = [];

    /// <summary>Null before the first message.</summary>
    public ArrowSchema? Schema { get; private set; }

    public short Version { get; private set; }

    public long Rows { get; private set; }

    /// <summary>Where the batches lie.</summary>
    public List<ArrowBlock> Batches { get; } = [];

    /// <summary>Where the dictionaries lie.</summary>
    public List<ArrowBlock> Dictionaries { get; } = [];

    public SortedSet<ArrowCodec> Codecs { get; } = [];

    /// <summary>Reads the metadata of the message at an offset of the file, behind which so many bytes follow: why it is refused, or its body.</summary>
    public Finding? Read(byte[] metadata, int length, long offset, long following, out ArrowBody body)
    {
        body = new ArrowBody([], 0);
        var buffer = new FlatBuffer(metadata, length, offset + PrefixBytes);
        var message = buffer.Root(5);
        if (!message.Exists)
        {
            return buffer.Refusal;
        }

        var version = message.Int16(0);
        if (version is < V4 or > V4 + 1 || (Schema is not null && version != Version))
        {
            buffer.Refuse(RefusalCode.FormatUnknown, message.Position, "metadata of a version other than 4 or 5, or of another than the schema's");
        }

        Version = version;
        var bodyBytes = message.Int64(3);
        if (bodyBytes < 0 || bodyBytes % 8 != 0 || bodyBytes > following)
        {
            buffer.Refuse(message.Position, "a body that is longer than the file, or not padded to 8 bytes");
        }

        ArrowMetadata.Read(buffer, message.Vector(4, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes), hash: null);
        var block = new ArrowBlock(offset, length + PrefixBytes, bodyBytes);
        var kind = message.UInt8(1);
        if (buffer.Refusal is null)
        {
            switch (kind, Schema)
            {
                case (1, null):
                    ReadSchema(buffer, message, bodyBytes);
                    break;
                case (2, not null):
                    ReadDictionary(buffer, message, block, out body);
                    break;
                case (3, not null):
                    ReadBatch(buffer, message, block, out body);
                    break;
                case (> 3, _):
                    buffer.Refuse(message.Position, "a message that is no schema, dictionary or batch");
                    break;
                default:
                    buffer.Refuse(message.Position, "a second schema, or a message before the schema");
                    break;
            }
        }

        return buffer.Complete();
    }

    private void ReadSchema(FlatBuffer buffer, FlatTable message, long bodyBytes)
    {
        using var reader = new ArrowSchemaReader(buffer, Version == V4);
        Schema = reader.Read(message.Table(2, ArrowSchemaReader.SchemaFields));
        if (bodyBytes != 0)
        {
            buffer.Refuse(message.Position, "a schema with a body");
        }
    }

    private void ReadDictionary(FlatBuffer buffer, FlatTable message, ArrowBlock block, out ArrowBody body)
    {
        body = new ArrowBody([], 0);
        var header = message.Table(2, 3);
        if (!header.Exists)
        {
            buffer.Refuse(message.Position, "a dictionary without its header");
            return;
        }

        var (id, isDelta) = (header.Int64(0), header.Bool(2));
        if (!Schema!.Dictionaries.TryGetValue(id, out var field))
        {
            buffer.Refuse(header.Position, "a dictionary that no field uses");
            return;
        }

        var isKnown = dictionaries.TryGetValue(id, out var before);
        if (isDelta ? !isKnown : isKnown && isFile)
        {
            buffer.Refuse(
                header.Position,
                isDelta ? "more values of a dictionary that has not come" : "a dictionary that comes twice, which files may not have");
            return;
        }

        var values = Batch(buffer, header.Table(1, ArrowBatch.BatchFields), block, [field with { Index = null }], Dictionaries, out body);
        dictionaries[id] = (isDelta ? before : 0) + values;
    }

    private void ReadBatch(FlatBuffer buffer, FlatTable message, ArrowBlock block, out ArrowBody body) =>
        Rows += Batch(buffer, message.Table(2, ArrowBatch.BatchFields), block, Schema!.Columns, Batches, out body);

    /// <summary>Gives its rows; 0 where it was refused.</summary>
    private long Batch(
        FlatBuffer buffer, FlatTable table, ArrowBlock block, IReadOnlyList<ArrowField> fields, List<ArrowBlock> blocks, out ArrowBody body)
    {
        body = new ArrowBody([], 0);
        if (!table.Exists)
        {
            buffer.Refuse(0, "a batch without its header");
            return 0;
        }

        if (Batches.Count + Dictionaries.Count >= ArrowLimits.Batches)
        {
            buffer.Refuse(RefusalCode.LimitExceeded, table.Position, $"more than {Findings.Number(ArrowLimits.Batches)} batches");
            return 0;
        }

        var batch = new ArrowBatch(buffer, block.BodyBytes, dictionaries);
        batch.Read(table, fields);
        if (buffer.Refusal is not null)
        {
            return 0;
        }

        blocks.Add(block);
        Codecs.Add(batch.Codec);
        body = new ArrowBody(batch.Buffers, block.BodyBytes);
        return batch.Rows;
    }
}
