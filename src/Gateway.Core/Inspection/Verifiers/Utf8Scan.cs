using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Core.Inspection.Verifiers;

/// <summary>
/// Strict UTF-8 (RFC 3629) in blocks: no byte order mark, no overlong form, no surrogate, no C0 control but tab, line feed, form feed
/// and carriage return. DEL, C1 and bidirectional controls are counted and warned of, not refused: text and rows that people wrote
/// hold them, wrongly decoded or rightly used, and a tokenizer's vocabulary may.
/// </summary>
internal sealed class Utf8Scan
{
    /// <summary>Bytes that may begin what matters: C0 controls, DEL, and the lead bytes of C1 (C2) and bidirectional controls (E2).</summary>
    private static readonly SearchValues<byte> Stops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(b => (byte)b).Except("\t\n\f\r"u8.ToArray()), 0x7F, 0xC2, 0xE2]);

    /// <summary>A sequence that the end of a block cut.</summary>
    private readonly byte[] cut = new byte[4];

    private readonly Occurrences bidi = new();
    private readonly Occurrences controls = new();
    private int cutBytes;

    /// <summary>Findings that warn, complete after the last block.</summary>
    public IEnumerable<Finding> Warnings
    {
        get
        {
            if (bidi.Count > 0)
            {
                var count = Findings.Number(bidi.Count);
                yield return Findings.Warn(FindingCodes.BidiControl, bidi.First, $"{count} bidirectional controls: text may read otherwise than it is stored");
            }

            if (controls.Count > 0)
            {
                var count = Findings.Number(controls.Count);
                yield return Findings.Warn(FindingCodes.ControlCharacter, controls.First, $"{count} control characters (DEL or C1)");
            }
        }
    }

    /// <summary>Reads a block that begins at an offset of the file.</summary>
    public Finding? Append(ReadOnlySpan<byte> block, long offset)
    {
        if (offset == 0 && block.StartsWith("\uFEFF"u8))
        {
            return Malformed(0, "it begins with a byte order mark; write UTF-8 without one");
        }

        if (cutBytes > 0)
        {
            var before = cutBytes;
            var taken = Math.Min(SequenceBytes(cut[0]) - before, block.Length);
            block[..taken].CopyTo(cut.AsSpan(before));
            cutBytes += taken;
            if (cutBytes < SequenceBytes(cut[0]))
            {
                return null;
            }

            var whole = cut.AsSpan(0, cutBytes);
            cutBytes = 0;
            if (Scan(whole, offset - before) is { } refusal)
            {
                return refusal;
            }

            block = block[taken..];
            offset += taken;
        }

        var tail = CutTail(block);
        block[^tail..].CopyTo(cut);
        cutBytes = tail;
        return Scan(block[..^tail], offset);
    }

    /// <summary>The text ended at an offset of the file.</summary>
    public Finding? Complete(long end) => cutBytes > 0 ? Invalid(end - cutBytes) : null;

    private Finding? Scan(ReadOnlySpan<byte> text, long offset)
    {
        if (!Utf8.IsValid(text))
        {
            return Invalid(offset + ValidPrefix(text));
        }

        for (var at = 0; text[at..].IndexOfAny(Stops) is >= 0 and var next; at++)
        {
            at += next;
            switch (text[at])
            {
                case < 0x20:
                    return Malformed(offset + at, $"a control character (0x{text[at]:x2})");
                case 0x7F:
                case 0xC2 when text[at + 1] < 0xA0:
                    controls.Add(offset + at);
                    break;
                case 0xE2 when IsBidi(text[at + 1], text[at + 2]):
                    bidi.Add(offset + at);
                    break;
                default:
                    break;
            }
        }

        return null;
    }

    /// <summary>U+202A..U+202E and U+2066..U+2069: embeddings, overrides and isolates.</summary>
    private static bool IsBidi(byte second, byte third) => (second, third) is (0x80, >= 0xAA and <= 0xAE) or (0x81, >= 0xA6 and <= 0xA9);

    private static int SequenceBytes(byte lead) => lead switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };

    private static int CutTail(ReadOnlySpan<byte> block)
    {
        for (var back = 1; back <= Math.Min(3, block.Length); back++)
        {
            var b = block[^back];
            if ((b & 0xC0) != 0x80)
            {
                return SequenceBytes(b) > back ? back : 0;
            }
        }

        return 0;
    }

    private static int ValidPrefix(ReadOnlySpan<byte> text)
    {
        var at = 0;
        while (at < text.Length && Rune.DecodeFromUtf8(text[at..], out _, out var consumed) == OperationStatus.Done)
        {
            at += consumed;
        }

        return at;
    }

    private static Finding Invalid(long offset) => Malformed(offset, "bytes that are not UTF-8");

    private static Finding Malformed(long offset, string message) => Findings.Refuse(RefusalCode.FormatMalformed, offset, message);

    /// <summary>How often something was seen, and where first.</summary>
    private sealed class Occurrences
    {
        public long Count { get; private set; }

        public long First { get; private set; }

        public void Add(long offset)
        {
            First = Count == 0 ? offset : First;
            Count++;
        }
    }
}
