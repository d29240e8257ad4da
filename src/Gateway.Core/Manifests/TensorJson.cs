using System.Text.Json;
using Gateway.Core.Inspection;

namespace Gateway.Core.Manifests;

/// <summary>The JSON of tensors in an inspection: a file's table, and the difference to an earlier version.</summary>
internal static class TensorJson
{
    private const int MaximumTypeLength = 32;

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<TensorRow> rows)
    {
        writer.WriteStartArray("tensors");
        foreach (var row in rows)
        {
            writer.WriteStartObject();
            writer.WriteString("name", row.Name);
            writer.WriteString("dtype", row.Type);
            writer.WriteStartArray("shape");
            foreach (var dimension in row.Shape)
            {
                writer.WriteNumberValue(dimension);
            }

            writer.WriteEndArray();
            writer.WriteNumber("bytes", row.Bytes);
            writer.WriteString("sha256", row.Digest.Hex);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static List<TensorRow> ReadRows(ref StatementReader reader)
    {
        var rows = new List<TensorRow>();
        reader.Member("tensors");
        reader.StartArray();
        while (reader.NextObject())
        {
            var name = reader.String("name", TensorRow.MaximumNameLength);
            var type = reader.String("dtype", MaximumTypeLength);
            var shape = new List<long>();
            reader.Member("shape");
            reader.StartArray();
            while (reader.NextNumber(0, long.MaxValue, out var dimension))
            {
                shape.Add(dimension);
                reader.Limit(shape.Count, InspectionLimits.Dimensions, "dimensions");
            }

            rows.Add(new TensorRow(name, type, shape, reader.Number("bytes", 0, long.MaxValue), reader.Sha256("sha256")));
            reader.EndObject();
            reader.Limit(rows.Count, InspectionReport.MaximumTensors, "tensors");
        }

        return rows;
    }

    public static void Write(Utf8JsonWriter writer, TensorDifference? difference)
    {
        if (difference is null)
        {
            writer.WriteNull("tensors");
            return;
        }

        writer.WriteStartObject("tensors");
        Write(writer, "added", difference.Added);
        Write(writer, "removed", difference.Removed);
        Write(writer, "reshaped", difference.Reshaped);
        Write(writer, "changed", difference.Changed);
        writer.WriteEndObject();
    }

    public static TensorDifference? ReadDifference(ref StatementReader reader)
    {
        if (!reader.ObjectOrNull("tensors"))
        {
            return null;
        }

        var difference = new TensorDifference(
            ReadNamed(ref reader, "added"), ReadNamed(ref reader, "removed"), ReadNamed(ref reader, "reshaped"), ReadNamed(ref reader, "changed"));
        reader.EndObject();
        return difference;
    }

    private static void Write(Utf8JsonWriter writer, string name, NamedTensors tensors)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("count", tensors.Count);
        writer.WriteStartArray("names");
        foreach (var one in tensors.Names)
        {
            writer.WriteStringValue(one);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static NamedTensors ReadNamed(ref StatementReader reader, string name)
    {
        reader.Member(name);
        reader.StartObject();
        var count = (int)reader.Number("count", 0, int.MaxValue);
        var names = new List<string>();
        reader.Member("names");
        reader.StartArray();
        while (reader.NextString(TensorRow.MaximumNameLength, out var one))
        {
            names.Add(one);
            reader.Limit(names.Count, NamedTensors.MaximumNames, "names");
        }

        reader.EndObject();
        return new NamedTensors(count, names);
    }
}
