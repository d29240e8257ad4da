using System.Text;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// The schema tree, which parquet.thrift flattens to a list in depth-first order: names are unique among siblings, groups have children, leaves a type
/// that their annotations fit.
/// </summary>
internal ref struct ParquetSchema
{
    private readonly Stack<Group> open = [];
    private readonly HashSet<(int Group, string Name)> names = [];
    private readonly List<ParquetColumn> columns = [];
    private readonly ReadOnlySpan<byte> footer;
    private readonly long offset;
    private ThriftReader reader;
    private int groups;
    private Finding? refusal;

    private ParquetSchema(ReadOnlySpan<byte> footer, long offset)
    {
        this.footer = footer;
        this.offset = offset;
        reader = new ThriftReader(footer, offset);
    }

    /// <summary>Reads the list of elements, which was found well-formed.</summary>
    public static Finding? Read(ReadOnlySpan<byte> footer, long offset, ThriftSlot list, out IReadOnlyList<ParquetColumn> columns)
    {
        var schema = new ParquetSchema(footer, offset);
        columns = schema.columns;
        schema.Elements(list);
        return schema.refusal;
    }

    private void Elements(ThriftSlot list)
    {
        if (list.Number > ParquetLimits.Elements)
        {
            Refuse(RefusalCode.LimitExceeded, $"more than {Findings.Number(ParquetLimits.Elements)} columns and groups");
            return;
        }

        reader.At = list.Begin;
        var root = list.Number > 0 ? reader.Struct(ParquetShapes.SchemaElement) : default;
        if (root.Has(1) || !root.Has(5) || root[5].Number < 0 || root.Has(6) || root.Has(10))
        {
            Malformed("the root of the schema is not a plain group");
            return;
        }

        // Writers disagree on the repetition of the root, and readers ignore it.
        Open(new Group(null, 0, root[5].Number, 0, 0));
        for (var i = 1; i < list.Number && refusal is null; i++)
        {
            Element(reader.Struct(ParquetShapes.SchemaElement));
        }

        if (refusal is null && open.Count > 0)
        {
            Malformed("the schema has fewer elements than its groups have children");
        }
    }

    private void Element(in ThriftFields element)
    {
        if (!open.TryPop(out var parent))
        {
            Malformed("the schema has more elements than its groups have children");
            return;
        }

        var name = reader.Bytes(element[4]);
        var node = new ParquetNode(parent.Node, element[4], (parent.Node?.Depth ?? 0) + 1);
        Open(parent with { Children = parent.Children - 1 });
        if (node.Depth > ParquetLimits.Depth)
        {
            Refuse(RefusalCode.LimitExceeded, $"a schema deeper than {ParquetLimits.Depth} groups");
        }
        else if (!names.Add((parent.Number, Encoding.UTF8.GetString(name))))
        {
            Malformed($"two columns {Findings.Quote(name)} in one group");
        }
        else if (ParquetAnnotation.Of(footer, element) is not { } annotation)
        {
            Malformed($"{Findings.Quote(name)} has a logical type that does not fit its type, or its converted type");
        }
        else if (!element.Has(3) || IsMixed(element))
        {
            Malformed($"{Findings.Quote(name)} is neither a group nor a column, or lacks its repetition or length");
        }
        else
        {
            var repetition = parent.Repetition + (element[3].Number == 2 ? 1 : 0);
            var definition = parent.Definition + (element[3].Number != 0 ? 1 : 0);
            if (element.Has(1))
            {
                columns.Add(new ParquetColumn(node, (ParquetType)element[1].Number, annotation, repetition, definition));
            }
            else
            {
                Open(new Group(node, ++groups, element[5].Number, repetition, definition));
            }
        }
    }

    /// <summary>A column has a type and no children, a group the reverse. Some writers say of a column that it has 0 children.</summary>
    private static bool IsMixed(in ThriftFields element) => element.Has(1)
        ? element.Number(5, 0) != 0 || element.Number(2, 0) < 0 || (element[1].Number == (int)ParquetType.FixedLenByteArray && element.Number(2, 0) == 0)
        : element.Number(5, 0) < 1 || element.Has(2);

    /// <summary>A group that still waits for children; one that has them all is never open.</summary>
    private readonly void Open(Group group)
    {
        if (group.Children > 0)
        {
            open.Push(group);
        }
    }

    private void Malformed(string message) => Refuse(RefusalCode.FormatMalformed, message);

    private void Refuse(RefusalCode code, string message) => refusal ??= Findings.Refuse(code, offset + reader.At, $"Parquet: {message}");

    /// <param name="Node">Its element; null for the root.</param>
    /// <param name="Number">Which group it is, in the order of the list.</param>
    /// <param name="Children">Children that are still to come.</param>
    /// <param name="Repetition">Repeated groups on its path.</param>
    /// <param name="Definition">Optional and repeated groups on its path.</param>
    private readonly record struct Group(ParquetNode? Node, int Number, long Children, int Repetition, int Definition);
}
