using System.Numerics;

namespace Gateway.Core.Inspection.Scanning;

/// <summary>
/// Counts what approvers want to know of in text: URLs, mail addresses, and what looks like a key. It tells, and never refuses. Not seen is what is
/// encoded, split, or written with other characters than those of ASCII.
/// </summary>
internal sealed class TextScan
{
    private readonly Sightings urls = new();
    private readonly Sightings mails = new();
    private readonly Sightings keys = new();

    /// <summary>What was seen, complete behind the last text.</summary>
    public IEnumerable<Finding> Seen
    {
        get
        {
            if (urls.Count > 0)
            {
                yield return Findings.Inform(FindingCodes.Urls, urls.First, $"URLs: {Findings.Number(urls.Count)}", urls.Evidence);
            }

            if (mails.Count > 0)
            {
                yield return Findings.Inform(FindingCodes.EmailAddresses, mails.First, $"what looks like mail addresses: {Findings.Number(mails.Count)}", mails.Evidence);
            }

            if (keys.Count > 0)
            {
                yield return Findings.Warn(FindingCodes.Keys, keys.First, $"what looks like keys or passwords: {Findings.Number(keys.Count)}", keys.Evidence);
            }
        }
    }

    /// <summary>What may not be shown, as far as anything was seen: how often.</summary>
    public (long Keys, long Mails) SensitiveSeen => (keys.Count, mails.Count);

    /// <summary>What a text holds that is not to be shown, for people; null where there is nothing.</summary>
    public static string? Sensitive(ReadOnlySpan<byte> text)
    {
        var scan = new TextScan();
        scan.Whole(text, 0);
        return Sensitive(scan.SensitiveSeen);
    }

    /// <summary>As <see cref="Sensitive(ReadOnlySpan{byte})"/>, by how often it was seen.</summary>
    public static string? Sensitive((long Keys, long Mails) seen) => seen.Keys > 0 ? "a key" : seen.Mails > 0 ? "a mail address" : null;

    /// <summary>The beginning of a text, quoted; it ends where the first URL, address or key begins.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        // More than a quotation is long, and what follows it that can make a key of its end.
        const int LookedAt = 2 * TextLimits.Ahead;
        var scan = new TextScan();
        scan.Whole(text[..Math.Min(text.Length, LookedAt)], 0);
        var first = Math.Min(scan.keys.First, Math.Min(scan.urls.First, scan.mails.First));
        if (first >= text.Length)
        {
            return Findings.Quote(text);
        }

        var quoted = Findings.Quote(text[..(int)first]);
        return quoted.EndsWith("...\"", StringComparison.Ordinal) ? quoted : $"{quoted[..^1]}...\"";
    }

    /// <summary>A text that is whole.</summary>
    /// <param name="text">The text, unescaped.</param>
    /// <param name="offset">Where it begins in the file.</param>
    public void Whole(ReadOnlySpan<byte> text, long offset)
    {
        if (text.Length >= TextLimits.ShortestBytes)
        {
            Part(text, 0, text.Length, offset, isExact: true);
        }
    }

    /// <summary>A text that is whole, within another that a cursor is on. Finds what <see cref="Whole"/> finds.</summary>
    /// <param name="anchors">Goes over what the text lies in.</param>
    /// <param name="text">What the text lies in.</param>
    /// <param name="from">Where in it the text begins.</param>
    /// <param name="to">Where in it the text ends.</param>
    /// <param name="offset">Where what it lies in begins in the file.</param>
    public void Within(ref AnchorCursor anchors, ReadOnlySpan<byte> text, int from, int to, long offset)
    {
        if (to - from < TextLimits.ShortestBytes)
        {
            return;
        }

        for (var at = from; (at = anchors.Next(at, to - TextAnchors.Bytes + 1)) >= 0; at++)
        {
            Look(text[from..to], at - from, offset + from, isExact: true);
        }
    }

    /// <summary>A text that is written with escapes, so that its places are not those of the file; all of it is seen at one offset.</summary>
    public void Unescaped(ReadOnlySpan<byte> text, long offset) => Part(text, 0, text.Length, offset, isExact: false);

    /// <summary>A text that is the value of a name which says that it is secret.</summary>
    public void Secret(ReadOnlySpan<byte> text, long offset)
    {
        if (text.Length >= TextAnchors.Bytes && AssignedKeys.Value(text, 0) is { } key && key.Bytes == text.Length)
        {
            Add(text, key, offset);
        }
    }

    /// <summary>What is anchored from one place of a text up to another; the bytes around them are looked at too.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">The first place.</param>
    /// <param name="to">Behind the last place.</param>
    /// <param name="offset">Where the text begins in the file.</param>
    public void Part(ReadOnlySpan<byte> text, int from, int to, long offset) => Part(text, from, to, offset, isExact: true);

    private void Part(ReadOnlySpan<byte> text, int from, int to, long offset, bool isExact)
    {
        to = Math.Min(to, text.Length - TextAnchors.Bytes + 1);
        var at = from;
        while (at < to && TextAnchors.Next(text, ref at) is not 0 and var possible)
        {
            Look(text, possible, at, to, offset, isExact);
            at += 16;
        }

        if (text.Length < TextAnchors.VectorBytes)
        {
            for (; at < to; at++)
            {
                Look(text, at, offset, isExact);
            }
        }
        else if (at < to)
        {
            // The last sixteen places, of which the first were seen.
            var last = text.Length - TextAnchors.VectorBytes;
            var seen = at - last;
            Look(text, TextAnchors.Next(text, ref last) & (uint.MaxValue << seen), last, to, offset, isExact);
        }
    }

    private void Look(ReadOnlySpan<byte> text, uint possible, int at, int to, long offset, bool isExact)
    {
        for (; possible != 0; possible &= possible - 1)
        {
            var anchor = at + BitOperations.TrailingZeroCount(possible);
            if (anchor < to)
            {
                Look(text, anchor, offset, isExact);
            }
        }
    }

    private void Look(ReadOnlySpan<byte> text, int at, long offset, bool isExact)
    {
        var anchors = TextAnchors.At(text, at);
        if (anchors == TextAnchor.None)
        {
            return;
        }

        if ((anchors & TextAnchor.Mail) != 0 && AddressShapes.Mail(text, at) is >= 0 and var mail && mails.Add(Place(mail)))
        {
            mails.Show($"{(char)text[mail]}...@{(char)text[at + 1]}...");
        }

        if ((anchors & TextAnchor.Url) != 0 && AddressShapes.Url(text, at, out var host) is >= 0 and var url && urls.Add(Place(url)))
        {
            urls.Show(Findings.Quote([.. text[url..(at + 3)], .. text[host]]));
        }

        if ((anchors & TextAnchor.Keys) != 0 && KeyShapes.At(text, at, anchors) is { } key)
        {
            Add(text, key, Place(key.At));
        }

        if ((anchors & TextAnchor.Word) != 0 && AssignedKeys.Behind(text, at) is { } value)
        {
            Add(text, value, Place(value.At));
        }

        long Place(int index) => isExact ? offset + index : offset;
    }

    private void Add(ReadOnlySpan<byte> text, KeySeen key, long offset)
    {
        if (keys.Add(offset))
        {
            keys.Show(key.Show(text));
        }
    }
}
