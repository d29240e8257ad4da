using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Gateway.Core.Inspection.Verifiers.Parquet;

/// <summary>
/// Key-value metadata of a file or column. Writers keep schemas of their own there: Arrow's reader obeys the one under <c>ARROW:schema</c>, and
/// pyarrow before 14.0.1 unpickled the extension types that it names (CVE-2023-47248).
/// </summary>
internal sealed class ParquetMetadata
{
    /// <summary>The extension type whose metadata is a pickle.</summary>
    private static ReadOnlySpan<byte> PickledType => "arrow.py_extension_type"u8;

    private long longest;

    /// <summary>Entries of the file and its columns.</summary>
    public long Entries { get; private set; }

    public Finding? LongValue { get; private set; }

    /// <summary>Reads a list of entries, which was found well-formed. A key twice is refused: some readers take the first, some the last.</summary>
    public Finding? Read(ReadOnlySpan<byte> footer, long footerAt, ThriftSlot list)
    {
        var reader = new ThriftReader(footer, footerAt) { At = list.Begin };
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0L; i < list.Number; i++)
        {
            var entry = reader.Struct(ParquetShapes.KeyValue);
            var key = reader.Bytes(entry[1]);
            var value = reader.Bytes(entry[2]);
            if (!keys.Add(Encoding.UTF8.GetString(key)))
            {
                return Findings.Refuse(RefusalCode.FormatMalformed, footerAt + entry[1].Begin, $"Parquet: metadata {Findings.Quote(key)} twice");
            }

            if (HoldsPickle(value))
            {
                return Findings.Refuse(
                    RefusalCode.PickleRefused, footerAt + entry[2].Begin, $"Parquet: metadata {Findings.Quote(key)} names an Arrow type that is a pickle");
            }

            if (value.Length > Math.Max(longest, ParquetLimits.LongMetadataBytes))
            {
                longest = value.Length;
                LongValue = Findings.Inform(
                    FindingCodes.LongMetadata, footerAt + entry[2].Begin, $"metadata {Findings.Quote(key)} of {Findings.Number(value.Length)} bytes");
            }
        }

        Entries += list.Number;
        return null;
    }

    private static bool HoldsPickle(ReadOnlySpan<byte> value)
    {
        if (value.IndexOf(PickledType) >= 0)
        {
            return true;
        }

        if (!Base64.IsValid(value, out var length) || length < PickledType.Length)
        {
            return false;
        }

        var decoded = ArrayPool<byte>.Shared.Rent(value.Length);
        var holds = Base64.DecodeFromUtf8(value, decoded, out _, out var written) == OperationStatus.Done
            && decoded.AsSpan(0, written).IndexOf(PickledType) >= 0;
        ArrayPool<byte>.Shared.Return(decoded);
        return holds;
    }
}
