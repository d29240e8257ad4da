using Gateway.Core;
using Gateway.Core.Inspection;

namespace Gateway.Inspector.Decoding;

/// <summary>
/// Decodes a file whose structure was accepted, to its last value, with a library that readers use. It adds refusals and nothing else: the other side, which does not decode,
/// makes the same report of what is accepted.
/// </summary>
internal static class FileDecoding
{
    /// <summary>Why the file does not decode, or null where it does or is of a format that its verifier decodes itself. Members of archives are not decoded.</summary>
    public static Finding? Refuse(FileInspection file, ContentReader read) => file.Format switch
    {
        FileFormat.Parquet => Refuse("Parquet", file.Rows, () => ParquetDecoding.CountRowsAsync(read, file.Bytes)),
        FileFormat.Arrow => Refuse("Arrow", file.Rows, () => ArrowDecoding.CountRowsAsync(read, file.Bytes)),
        _ => null,
    };

    private static Finding? Refuse(string format, long expected, Func<Task<long>> countRows)
    {
        try
        {
            var rows = countRows().GetAwaiter().GetResult();
            return rows == expected ? null
                : Findings.Refuse(RefusalCode.FormatMalformed, null, $"it decodes to {Findings.Number(rows)} rows; its metadata says {Findings.Number(expected)}");
        }
        catch (DecodingExcessException e)
        {
            return Findings.Refuse(RefusalCode.LimitExceeded, null, $"{format}: {e.Message}");
        }
        catch (NotSupportedException e)
        {
            return Findings.Refuse(RefusalCode.FormatUnknown, null, $"the low side does not decode this kind of {format}: {Findings.Quote(e.Message)}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A decoder that meets what it does not expect throws whatever comes first.
            return Findings.Refuse(RefusalCode.FormatMalformed, null, $"it does not decode as {format}: {Findings.Quote(e.Message)}");
        }
    }
}
