namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Reads vectors of <c>KeyValue</c>, custom metadata of a message, schema, field or footer.</summary>
internal static class ArrowMetadata
{
    /// <summary>What pyarrow called types whose metadata it unpickled (CVE-2023-47248).</summary>
    private static ReadOnlySpan<byte> Pickled => "arrow.py_extension_type"u8;

    /// <summary>Reads them; gives the name of the extension type that they declare, quoted, or null.</summary>
    public static string? Read(FlatBuffer buffer, FlatVector entries, SchemaHash? hash)
    {
        string? extension = null;
        if (entries.Count > ArrowLimits.MetadataEntries)
        {
            buffer.Refuse(RefusalCode.LimitExceeded, entries.Position, $"more than {Findings.Number(ArrowLimits.MetadataEntries)} entries of custom metadata");
            return null;
        }

        hash?.Add(entries.Count);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count && buffer.Refusal is null; i++)
        {
            var entry = entries.Table(i, 2);
            var key = entry.Text(0);
            var value = entry.Text(1);
            hash?.Add(key);
            hash?.Add(value);
            if (!keys.Add(System.Text.Encoding.UTF8.GetString(key)))
            {
                buffer.Refuse(entry.Position, $"custom metadata has {Findings.Quote(key)} twice");
            }

            if (key.SequenceEqual("ARROW:extension:name"u8))
            {
                extension = Findings.Quote(value);
                if (value.SequenceEqual(Pickled))
                {
                    buffer.Refuse(
                        RefusalCode.PickleRefused, entry.Position, "an extension type whose metadata is a Python pickle; write it with a current pyarrow");
                }
            }
        }

        return extension;
    }
}
