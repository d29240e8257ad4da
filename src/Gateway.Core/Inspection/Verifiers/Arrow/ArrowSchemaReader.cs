namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Reads the table <c>Schema</c> of Schema.fbs, in a schema message or a footer.</summary>
internal sealed class ArrowSchemaReader(FlatBuffer buffer, bool isV4) : IDisposable
{
    /// <summary>Fields of the table.</summary>
    public const int SchemaFields = 4;

    private const int FieldFields = 7;

    /// <summary>Dictionary replacement and compressed bodies are all that a schema may announce.</summary>
    private const long KnownFeatures = 2;

    private readonly SchemaHash hash = new();
    private readonly Dictionary<long, ArrowField> dictionaries = [];
    private readonly List<string> extensions = [];
    private int fields;

    public ArrowSchema? Read(FlatTable schema)
    {
        if (!schema.Exists)
        {
            buffer.Refuse(0, "it has no schema");
            return null;
        }

        if (schema.Int16(0) != 0)
        {
            buffer.Refuse(schema.Position, "its values are big-endian");
        }

        var columns = Fields(schema.Vector(1, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes), 1, areNamed: true);
        ArrowMetadata.Read(buffer, schema.Vector(2, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes), hash);
        var features = schema.Vector(3, 8, 8);
        hash.Add(features.Count);
        for (var i = 0; i < features.Count && buffer.Refusal is null; i++)
        {
            hash.Add(features.Int64(8 * i));
            if (features.Int64(8 * i) is < 0 or > KnownFeatures)
            {
                buffer.Refuse(features.Position, "it uses a feature that Arrow does not define");
            }
        }

        return buffer.Refusal is null ? new(columns, dictionaries, extensions, hash.Complete()) : null;
    }

    public void Dispose() => hash.Dispose();

    /// <summary>Reads fields at a depth, which ends the recursion. Columns and members of structs are found by name, so each has its own.</summary>
    private List<ArrowField> Fields(FlatVector vector, int depth, bool areNamed)
    {
        fields = Math.Min(fields + vector.Count, ArrowLimits.Fields + 1);
        if (fields > ArrowLimits.Fields || (depth > ArrowLimits.Depth && vector.Count > 0))
        {
            buffer.Refuse(
                RefusalCode.LimitExceeded,
                vector.Position,
                fields > ArrowLimits.Fields ? $"more than {Findings.Number(ArrowLimits.Fields)} fields" : $"types nest deeper than {ArrowLimits.Depth}");
            return [];
        }

        hash.Add(vector.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var read = new List<ArrowField>();
        for (var i = 0; i < vector.Count && buffer.Refusal is null; i++)
        {
            var table = vector.Table(i, FieldFields);
            var name = table.Exists ? table.Text(0) : [];
            if (!names.Add(System.Text.Encoding.UTF8.GetString(name)) && areNamed)
            {
                buffer.Refuse(table.Position, $"two columns or members are called {Findings.Quote(name)}");
            }

            hash.Add(name);
            if (table.Exists && Field(table, Findings.Quote(name), depth) is { } field)
            {
                read.Add(field);
            }
        }

        return read;
    }

    private ArrowField? Field(FlatTable table, string name, int depth)
    {
        hash.Add(table.Bool(1) ? 1 : 0);
        var type = (ArrowType)table.UInt8(2);
        var childTables = table.Vector(5, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes);
        var reader = new ArrowTypeReader(buffer);
        if (!reader.Read(table, type, childTables.Count))
        {
            return null;
        }

        hash.Add((long)type);
        hash.Add(reader.Word);
        hash.Add(reader.TypeIds);
        hash.Add(reader.Zone);
        var index = Index(table.Table(4, 4));
        var children = Fields(childTables, depth + 1, type == ArrowType.Struct);
        if (ArrowMetadata.Read(buffer, table.Vector(6, FlatBuffer.OffsetBytes, FlatBuffer.OffsetBytes), hash) is { } extension
            && extensions.Count < ArrowLimits.NamedExtensions && !extensions.Contains(extension))
        {
            extensions.Add(extension);
        }

        var field = new ArrowField(name, type, reader.Word, reader.Bits, reader.ListSize, reader.TypeIds, index, children);
        if (buffer.Refusal is null && !HasItsChildren(field))
        {
            buffer.Refuse(table.Position, $"{name} does not have the children of its type");
        }

        if (type == ArrowType.Union && isV4)
        {
            buffer.Refuse(table.Position, "a union in metadata of version 4, which laid it out otherwise");
        }

        if (index is not null && !dictionaries.TryAdd(index.Id, field) && !dictionaries[index.Id].IsLike(field))
        {
            buffer.Refuse(table.Position, $"{name} shares a dictionary with a field of another type");
        }

        return field;
    }

    private ArrowIndex? Index(FlatTable table)
    {
        hash.Add(table.Exists ? 1 : 0);
        if (!table.Exists)
        {
            return null;
        }

        var id = table.Int64(0);
        var type = table.Table(1, 2);
        var (word, bits) = type.Exists ? ArrowTypeReader.Int(type) : ("int32", 32);
        hash.Add(id);
        hash.Add(word);
        hash.Add(table.Bool(2) ? 1 : 0);
        if (bits == 0 || table.Int16(3) != 0)
        {
            buffer.Refuse(table.Position, "a dictionary whose indices are of no type that Arrow knows");
        }

        return new(id, (int)bits / 8, word.StartsWith('i'));
    }

    private static bool HasItsChildren(ArrowField field) => field.Type switch
    {
        ArrowType.List or ArrowType.LargeList or ArrowType.FixedSizeList => field.Children.Count == 1,
        ArrowType.Map => field.Children is [{ Type: ArrowType.Struct, Index: null, Children.Count: 2 }],
        ArrowType.RunEndEncoded => field.Children is [{ Word: "int16" or "int32" or "int64", Index: null }, _],
        ArrowType.Struct or ArrowType.Union => true,
        _ => field.Children.Count == 0,
    };
}
