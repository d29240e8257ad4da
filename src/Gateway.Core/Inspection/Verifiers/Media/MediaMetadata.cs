namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>What a file carries beside pixels or sound. One finding says it all, so that a hostile file cannot make many.</summary>
internal sealed class MediaMetadata
{
    /// <summary>Bytes of evidence that are kept; a quotation is cut before.</summary>
    private const int EvidenceBytes = 100;

    private readonly List<(string Kind, bool IsFree, long Count, long Bytes)> kinds = [];
    private long? first;
    private string evidence = "";

    /// <summary>Bytes of all of it.</summary>
    public long Bytes { get; private set; }

    /// <summary>Warns of what may hold anything: text, Exif, XMP.</summary>
    public IEnumerable<Finding> Warnings =>
        first is null ? [] : [Findings.Warn(FindingCodes.MediaMetadata, first, $"it carries metadata: {List(isFree: true)}", evidence)];

    /// <summary>What has a form of its own is only told of.</summary>
    public IEnumerable<SummaryEntry> Summary => kinds.Exists(k => !k.IsFree) ? [new("beside", List(isFree: false))] : [];

    /// <param name="kind">One of the few words of its verifier.</param>
    /// <param name="offset">Where it lies.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="free">True where its form lets it hold anything: text, Exif, XMP; that warns.</param>
    /// <param name="shown">Some of it.</param>
    public void Add(string kind, long offset, long bytes, bool free, ReadOnlySpan<byte> shown)
    {
        Bytes += bytes;
        if (free)
        {
            first ??= offset;
        }

        if (evidence.Length == 0 && !shown.IsEmpty)
        {
            evidence = Findings.Quote(shown[..Math.Min(shown.Length, EvidenceBytes)]);
        }

        var at = kinds.FindIndex(k => k.Kind == kind);
        if (at < 0)
        {
            kinds.Add((kind, free, 1, bytes));
        }
        else
        {
            kinds[at] = (kind, free, kinds[at].Count + 1, kinds[at].Bytes + bytes);
        }
    }

    private string List(bool isFree) =>
        string.Join(", ", kinds.Where(k => k.IsFree == isFree).Select(k => $"{k.Kind} x{Findings.Number(k.Count)} ({Findings.Number(k.Bytes)} bytes)"));
}
