namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>
/// Reads the table <c>RecordBatch</c> of Message.fbs and lays its nodes and buffers against the schema, in the order of Columnar.rst,
/// "RecordBatch message": fields before their children, each with exactly the buffers of its layout.
/// </summary>
/// <param name="buffer">The metadata.</param>
/// <param name="bodyBytes">Size of the body.</param>
/// <param name="dictionaries">Values that each dictionary has so far.</param>
internal sealed class ArrowBatch(FlatBuffer buffer, long bodyBytes, IReadOnlyDictionary<long, long> dictionaries)
{
    /// <summary>Fields of the table.</summary>
    public const int BatchFields = 5;

    /// <summary>Bytes of a node and of a buffer: two numbers.</summary>
    private const int PairBytes = 16;

    private readonly List<ArrowBuffer> plan = [];
    private FlatVector nodes;
    private FlatVector buffers;
    private FlatVector variadic;
    private int node;
    private int variadicRead;
    private long end;

    /// <summary>Its rows, or the values of a dictionary.</summary>
    public long Rows { get; private set; }

    public ArrowCodec Codec { get; private set; } = ArrowCodec.None;

    /// <summary>What lies in the body; to be used where nothing was refused.</summary>
    public IReadOnlyList<ArrowBuffer> Buffers => plan;

    public void Read(FlatTable batch, IReadOnlyList<ArrowField> fields)
    {
        Rows = batch.Int64(0);
        nodes = batch.Vector(1, PairBytes, 8);
        buffers = batch.Vector(2, PairBytes, 8);
        Compression(batch.Table(3, 2));
        variadic = batch.Vector(4, 8, 8);
        if (buffers.Count > ArrowLimits.Buffers || Rows > ArrowLimits.Values)
        {
            buffer.Refuse(RefusalCode.LimitExceeded, batch.Position, "a batch of more buffers or rows than the limit");
        }

        foreach (var field in fields)
        {
            Field(field, Rows);
        }

        if (buffer.Refusal is null && (Rows < 0 || node != nodes.Count || plan.Count != buffers.Count || variadicRead != variadic.Count
            || bodyBytes - end > 63))
        {
            buffer.Refuse(batch.Position, "a batch with more nodes, buffers or bytes than its schema has");
        }
    }

    private void Compression(FlatTable compression)
    {
        if (compression.Exists)
        {
            Codec = (ArrowCodec)unchecked((sbyte)compression.UInt8(0));
            if (Codec is not (ArrowCodec.Lz4Frame or ArrowCodec.Zstd) || compression.UInt8(1) != 0)
            {
                buffer.Refuse(compression.Position, "a batch that is compressed in no way that Arrow knows");
            }
        }
    }

    /// <summary>A field of so many values, or of any number where that is negative. The schema bounds the recursion.</summary>
    private void Field(ArrowField field, long expected, long runRows = -1)
    {
        if (buffer.Refusal is not null || node >= nodes.Count)
        {
            buffer.Refuse(nodes.Position, "a batch with fewer nodes than its schema has");
            return;
        }

        var (length, nulls) = (nodes.Int64(node * PairBytes), nodes.Int64((node * PairBytes) + 8));
        if (length < 0 || nulls < 0 || nulls > length || (expected >= 0 && length != expected))
        {
            buffer.Refuse(nodes.Position, $"{field.Name} does not have as many values as its batch, or more nulls than values");
            return;
        }

        if (length > ArrowLimits.Values)
        {
            buffer.Refuse(RefusalCode.LimitExceeded, nodes.Position, $"{field.Name} has more than {Findings.Number(ArrowLimits.Values)} values in a batch");
            return;
        }

        node++;
        Layout(field, length, nulls, runRows);
    }

    private void Layout(ArrowField field, long length, long nulls, long runRows)
    {
        if (field.Index is { } index)
        {
            Indices(field, index, length, nulls);
            return;
        }

        switch (field.Type)
        {
            case ArrowType.Null:
                Require(nulls == length, field);
                return;
            case ArrowType.Union:
                Require(nulls == 0, field);
                Next(length).Elements = new ArrowTypeIds(field.TypeIds);
                break;
            case ArrowType.RunEndEncoded:
                Require(nulls == 0, field);
                var runs = ChildLength();
                Field(field.Children[0], runs, length);
                Field(field.Children[1], runs);
                return;
            default:
                Require(runRows < 0 || nulls == 0, field);
                Validity(length, nulls, isKept: false);
                break;
        }

        Values(field, length, runRows);
    }

    private void Values(ArrowField field, long length, long runRows)
    {
        switch (field.Type)
        {
            case ArrowType.Binary or ArrowType.Utf8 or ArrowType.LargeBinary or ArrowType.LargeUtf8:
                var offsets = Offsets(field, length);
                offsets.Elements = new ArrowOffsets(OffsetBytes(field), long.MaxValue, Next(-1));
                break;
            case ArrowType.List or ArrowType.LargeList or ArrowType.Map:
                Offsets(field, length).Elements = new ArrowOffsets(OffsetBytes(field), ChildLength(), null);
                Field(field.Children[0], -1);
                break;
            case ArrowType.FixedSizeList:
                Field(field.Children[0], length * field.ListSize);
                break;
            case ArrowType.Struct or ArrowType.Union:
                foreach (var child in field.Children)
                {
                    Field(child, length);
                }

                break;
            case ArrowType.BinaryView or ArrowType.Utf8View:
                Views(length);
                break;
            default:
                var values = Next((long)(((UInt128)length * (UInt128)field.Bits + 7) / 8));
                values.Elements = runRows < 0 ? null : new ArrowRunEnds((int)field.Bits / 8, runRows);
                break;
        }
    }

    private void Views(long length)
    {
        var views = Next(length * ArrowViews.Bytes);
        var count = variadicRead < variadic.Count ? variadic.Int64(8 * variadicRead) : -1;
        if (count < 0 || count > buffers.Count - plan.Count)
        {
            buffer.Refuse(variadic.Position, "views without their data buffers");
            return;
        }

        variadicRead++;
        var data = new ArrowBuffer[count];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = Next(-1, holdsMore: true);
        }

        views.Elements = new ArrowViews(data);
    }

    private void Indices(ArrowField field, ArrowIndex index, long length, long nulls)
    {
        if (!dictionaries.TryGetValue(index.Id, out var values) && nulls != length)
        {
            buffer.Refuse(nodes.Position, $"{field.Name} uses a dictionary that comes after it, or not at all");
        }

        if (nulls > 0 && length > 8L * ArrowLimits.ValidityBytes)
        {
            buffer.Refuse(RefusalCode.LimitExceeded, nodes.Position, $"{field.Name} has too many nulls and indices in a batch");
        }

        var validity = Validity(length, nulls, isKept: true);
        Next(length * index.Bytes).Elements = new ArrowIndices(index, values, validity);
    }

    private ArrowValidity Validity(long length, long nulls, bool isKept)
    {
        var validity = new ArrowValidity(length, nulls, isKept && nulls > 0);
        Next((length + 7) / 8, isOptional: nulls == 0).Elements = validity;
        return validity;
    }

    /// <summary>One offset more than values; writers of old leave the one of none out.</summary>
    private ArrowBuffer Offsets(ArrowField field, long length) => Next((length + 1) * OffsetBytes(field), isOptional: length == 0);

    private static int OffsetBytes(ArrowField field) =>
        field.Type is ArrowType.LargeBinary or ArrowType.LargeUtf8 or ArrowType.LargeList ? 8 : 4;

    /// <summary>Length of the node that comes next, before it is read.</summary>
    private long ChildLength() => node < nodes.Count ? nodes.Int64(node * PairBytes) : 0;

    private void Require(bool isSo, ArrowField field)
    {
        if (!isSo)
        {
            buffer.Refuse(nodes.Position, $"{field.Name} has nulls where its type has none, or none where it is null");
        }
    }

    /// <summary>Takes the next buffer, which lies behind the last one, aligned, in the body.</summary>
    private ArrowBuffer Next(long need, bool isOptional = false, bool holdsMore = false)
    {
        var (offset, length) = plan.Count < buffers.Count
            ? (buffers.Int64(plan.Count * PairBytes), buffers.Int64((plan.Count * PairBytes) + 8))
            : (-1, -1);
        if (offset < 0 || length < 0 || offset > bodyBytes || length > bodyBytes - offset)
        {
            buffer.Refuse(buffers.Position, "a batch with fewer buffers than its schema has, or one outside of its body");
        }
        else if (length > 0 && (offset % 8 != 0 || offset < end || offset - end > 63))
        {
            buffer.Refuse(buffers.Position, "buffers that overlap, lie apart or are not aligned");
        }
        else if (length > 0)
        {
            end = offset + length;
        }

        var planned = new ArrowBuffer(offset, length, Codec) { Need = need, IsOptional = isOptional, HoldsMore = holdsMore };
        plan.Add(planned);
        return planned;
    }
}
