using System.Text;
using System.Text.Json;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>What the columns of a table are called, for people: the first of them, each quoted and none that looks like a key or a mail address.</summary>
internal static class ColumnNames
{
    private const int Shown = 50;
    private const int ShownCharacters = 64;

    /// <summary>The fields of a record of CSV, or of its beginning.</summary>
    public static string Of(ReadOnlySpan<byte> record, byte separator)
    {
        var names = new List<string>();
        record = record.TrimEnd("\r\n"u8);
        var isMore = true;
        while (isMore && names.Count < Shown)
        {
            var field = record[..FieldBytes(record, separator)];
            isMore = field.Length < record.Length;
            record = isMore ? record[(field.Length + 1)..] : [];
            names.Add(field is [(byte)'"', .. var quoted, (byte)'"'] && separator == ','
                ? Show(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(quoted).Replace("\"\"", "\"", StringComparison.Ordinal)))
                : Show(field));
        }

        return Join(names, isMore);
    }

    /// <summary>The names of the members of a JSON object that was read before; null of an array.</summary>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = InspectionLimits.JsonDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        var names = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (names.Count == Shown)
            {
                return Join(names, isMore: true);
            }

            names.Add(Show(reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan));
            reader.Skip();
        }

        return Join(names, isMore: false);
    }

    private static string Join(List<string> names, bool isMore) => string.Join(", ", isMore ? names.Append("...") : names);

    private static string Show(ReadOnlySpan<byte> name) =>
        TextScan.Sensitive(name[..Math.Min(name.Length, RowSamples.RowBytes)]) is { } found ? $"(looks like {found})" : Findings.Quote(name, ShownCharacters);

    /// <summary>To the separator that is not in quotes, or all.</summary>
    private static int FieldBytes(ReadOnlySpan<byte> record, byte separator)
    {
        var at = 0;
        var isQuoted = separator == ',' && record is [(byte)'"', ..];
        if (isQuoted)
        {
            at = 1;
            while (at < record.Length && record[at..].IndexOf((byte)'"') is >= 0 and var quote)
            {
                at += quote + 1;
                if (at == record.Length || record[at] != '"')
                {
                    break;
                }

                at++;
            }
        }

        return record[at..].IndexOf(separator) is >= 0 and var end ? at + end : record.Length;
    }
}
