using System.Text.Json;
using Gateway.Core.Inspection.Scanning;
using Gateway.Core.Inspection.Verifiers;

namespace Gateway.Core.Inspection.Json;

/// <summary>One JSON text in blocks: an object or array, strict UTF-8, nothing behind it but white space. Memory holds one token at most.</summary>
internal sealed class JsonStream : IDisposable
{
    private readonly JsonVisitor visitor;
    private readonly TextScan scan = new();
    private readonly JsonWalk walk;
    private readonly JsonRuns runs;
    private readonly Utf8Scan utf8 = new();
    private JsonReaderState state = new(JsonWalk.Options);

    /// <summary>Bytes that belong to a token that is not complete, and the block while it is read.</summary>
    private readonly KeptBytes kept = new();

    /// <summary>Kept bytes at which reading is tried again: doubled each time, so that a long string is not re-read block by block.</summary>
    private int retryAt;

    /// <summary>Offset in the file of the first byte that the reader has not consumed.</summary>
    private long unread;

    /// <summary>End of the last good token. Independent of where blocks end, unlike the position at which the reader gives up.</summary>
    private long tokenEnd;
    private bool begun;

    public JsonStream(JsonVisitor visitor)
    {
        this.visitor = visitor;
        walk = new JsonWalk(visitor, scan);
        runs = new JsonRuns(visitor, scan, walk);
    }

    public IEnumerable<Finding> Warnings => utf8.Warnings.Concat(scan.Seen);

    public Finding? Append(ReadOnlySpan<byte> block, long offset)
    {
        if (utf8.Append(block, offset) is { } refusal)
        {
            return refusal;
        }

        if (!begun)
        {
            var first = block.IndexOfAnyExcept(" \t\r\n"u8);
            if (first >= 0 && block[first] is not ((byte)'{' or (byte)'['))
            {
                return Findings.Refuse(RefusalCode.FormatMismatch, offset + first, "it is not a JSON object or array");
            }

            begun = first >= 0;
            unread = begun ? offset + first : offset;
            tokenEnd = unread;
            block = begun ? block[first..] : [];
        }

        kept.Append(block);
        return kept.Length < retryAt ? null : Read(final: false);
    }

    public Finding? Complete(long end)
    {
        if (!begun)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, 0, "it is empty, which is not JSON");
        }

        if ((utf8.Complete(end) ?? Read(final: true)) is { } refusal)
        {
            return refusal;
        }

        return visitor.Complete() is { } fault ? Findings.Refuse(fault.Code, end, fault.Message) : null;
    }

    public void Dispose()
    {
        walk.Dispose();
        runs.Dispose();
        kept.Dispose();
    }

    private Finding? Read(bool final)
    {
        // A NUL behind the text ends runs; it is in no JSON.
        var ended = kept.EndedBy(0);
        var text = ended[..^1];
        var anchors = new AnchorCursor(ended);
        runs.Begin();
        var from = 0;
        var reader = new Utf8JsonReader(text, final, state);
        try
        {
            while (reader.Read())
            {
                if (walk.Token(ref reader, unread + from) is { } fault)
                {
                    return Findings.Refuse(fault.Code, unread + from + reader.TokenStartIndex, fault.Message);
                }

                var read = from + (int)reader.BytesConsumed;
                var passed = runs.Behind(reader.TokenType, ended, ref anchors, read, unread);
                tokenEnd = unread + passed;
                if (passed > read)
                {
                    var isFirst = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
                    var behind = isFirst ? runs.BehindValue(reader.CurrentState) : reader.CurrentState;
                    from = passed;
                    reader = new Utf8JsonReader(text[from..], final, behind);
                }
            }
        }
        catch (JsonException)
        {
            return Findings.Refuse(RefusalCode.FormatMalformed, tokenEnd, "not JSON from here on");
        }

        state = reader.CurrentState;
        from += (int)reader.BytesConsumed;
        unread += from;
        return KeepRest(from);
    }

    private Finding? KeepRest(int consumed)
    {
        if (kept.Length - consumed > InspectionLimits.JsonTokenBytes)
        {
            return Findings.Refuse(
                RefusalCode.LimitExceeded, unread, $"a string or gap of more than {Findings.Number(InspectionLimits.JsonTokenBytes)} bytes");
        }

        kept.Drop(consumed);
        retryAt = Math.Min(2 * kept.Length, InspectionLimits.JsonTokenBytes + InspectionLimits.BlockBytes);
        return null;
    }
}
