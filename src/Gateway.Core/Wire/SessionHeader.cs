using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Gateway.Core.Wire;

/// <summary>What a session is about: the three signed documents and the size of the artifact's byte stream.</summary>
/// <param name="TransferId">32 lower-case hex digits.</param>
/// <param name="TotalBytes">Bytes of the artifact's byte stream; 0 where all files are empty.</param>
/// <param name="ReleaseEnvelope">The approved release, a DSSE envelope; not verified here.</param>
/// <param name="ManifestEnvelope">The manifest, a DSSE envelope; not verified here.</param>
/// <param name="InspectionEnvelope">The low side's inspection, a DSSE envelope; not verified here.</param>
public sealed record SessionContent(
    string TransferId,
    long TotalBytes,
    ReadOnlyMemory<byte> ReleaseEnvelope,
    ReadOnlyMemory<byte> ManifestEnvelope,
    ReadOnlyMemory<byte> InspectionEnvelope);

/// <summary>
/// What a session begins with, version 2; version 1, which has no earlier sessions, is still read. It crosses as blocks of kind <see cref="DatagramKind.Header"/>.
/// Nothing in it is believed before the envelopes are verified. Numbers are big-endian.
/// <code>
/// "GWSH" · version (1) · k (1) · m (1) · length of lane (1) · symbol bytes (2) · D (2) · session (8) · transfer id (16) · total bytes (8)
/// · lengths of release, manifest, inspection (4 each) · number of ranges of earlier sessions (1) · each: first (8) · last (8)
/// · lane in UTF-8 · release · manifest · inspection, and nothing behind them
/// </code>
/// </summary>
/// <param name="Lane">Id of the lane it was sent on.</param>
/// <param name="Session">Number of the session on the lane, from 1.</param>
/// <param name="Geometry">How header and data are cut.</param>
/// <param name="Content">What it is about.</param>
public sealed record SessionHeader(string Lane, ulong Session, FecGeometry Geometry, SessionContent Content)
{
    /// <summary>Most bytes of a header: two documents of 64 MiB would pass it; see <see cref="Manifests.SessionRoom"/>.</summary>
    public const int MaximumBytes = 128 << 20;

    /// <summary>Most ranges of earlier sessions: what their count's byte holds. Of a transfer that was begun more often, the oldest stay gaps.</summary>
    public const int MaximumEarlier = byte.MaxValue;

    private const uint Magic = 0x47575348;
    private const byte Version = 2;
    private const byte VersionBefore = 1;
    private const int FixedBytes = 56;
    private const int RangeBytes = 16;
    private const int TransferIdBytes = 16;
    private static readonly SearchValues<char> LowerHexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Sessions before this one that were about the same transfer, ascending, ranges that neither overlap nor touch. Whether they arrived matters no more once this one is believed:
    /// what they would have brought is among the blocks that are missing of the transfer. Nobody signs it; like the session's number, it decides what is shown as a gap and nothing else.
    /// </summary>
    public IReadOnlyList<SessionRange> Earlier { get; init; } = [];

    /// <summary>Bytes of the data stream; the same as the content's.</summary>
    public long TotalBytes => Content.TotalBytes;

    /// <summary>Blocks of the data stream.</summary>
    public long Blocks => Geometry.BlocksOf(TotalBytes);

    /// <summary>Reads a header. Refuses with <see cref="RefusalCode.HeaderInvalid"/>. The envelopes are views of <paramref name="bytes"/>, not copies.</summary>
    public static Outcome<SessionHeader> Parse(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length is < FixedBytes or > MaximumBytes || BinaryPrimitives.ReadUInt32BigEndian(span) != Magic || span[4] is not (Version or VersionBefore))
        {
            return Invalid("not a header of a version known here");
        }

        if (!FecGeometry.Create(span[5], span[6], BinaryPrimitives.ReadUInt16BigEndian(span[8..]), BinaryPrimitives.ReadUInt16BigEndian(span[10..]))
            .Succeeded(out var geometry, out var refusal))
        {
            return refusal;
        }

        var session = BinaryPrimitives.ReadUInt64BigEndian(span[12..]);
        var totalBytes = BinaryPrimitives.ReadUInt64BigEndian(span[36..]);
        if (session == 0 || totalBytes > long.MaxValue || !geometry.Holds((long)totalBytes))
        {
            return Invalid("session or total bytes");
        }

        var laneAt = FixedBytes;
        IReadOnlyList<SessionRange> earlier = [];
        if (span[4] != VersionBefore && !TryReadEarlier(span, session, ref laneAt, out earlier))
        {
            return Invalid("earlier sessions");
        }

        int laneBytes = span[7];
        Span<long> lengths = stackalloc long[3];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = BinaryPrimitives.ReadUInt32BigEndian(span[(44 + 4 * i)..]);
        }

        if (laneAt + laneBytes + lengths[0] + lengths[1] + lengths[2] != span.Length)
        {
            return Invalid("lengths");
        }

        if (!TryReadLane(span.Slice(laneAt, laneBytes), out var lane))
        {
            return Invalid("lane");
        }

        var release = bytes.Slice(laneAt + laneBytes, (int)lengths[0]);
        var manifest = bytes.Slice(laneAt + laneBytes + (int)lengths[0], (int)lengths[1]);
        var inspection = bytes[^(int)lengths[2]..];
        var transferId = Convert.ToHexStringLower(span.Slice(20, TransferIdBytes));
        return new SessionHeader(lane, session, geometry, new(transferId, (long)totalBytes, release, manifest, inspection)) { Earlier = earlier };
    }

    /// <summary>The header's bytes. Refuses with <see cref="RefusalCode.HeaderInvalid"/> what <see cref="Parse"/> would not read back.</summary>
    public Outcome<byte[]> ToBytes()
    {
        var lane = Encoding.UTF8.GetBytes(Lane);
        var laneAt = FixedBytes + 1 + RangeBytes * Earlier.Count;
        var length = (long)laneAt + lane.Length + Content.ReleaseEnvelope.Length + Content.ManifestEnvelope.Length + Content.InspectionEnvelope.Length;
        if (length > MaximumBytes)
        {
            return Invalid($"{length} bytes of documents, at most {MaximumBytes} cross");
        }

        Span<byte> transferId = stackalloc byte[TransferIdBytes];
        if (lane.Length is 0 or > 255 || !TryReadTransferId(Content.TransferId, transferId) || !Geometry.Holds(TotalBytes) || Session == 0 || !IsEarlier(Earlier, Session))
        {
            return Invalid("lane, transfer id, session, earlier sessions or total bytes");
        }

        var bytes = new byte[length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        bytes[4] = Version;
        bytes[5] = (byte)Geometry.DataSymbols;
        bytes[6] = (byte)Geometry.ParitySymbols;
        bytes[7] = (byte)lane.Length;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(8), (ushort)Geometry.SymbolBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(10), (ushort)Geometry.Interleave);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(12), Session);
        transferId.CopyTo(bytes.AsSpan(20));
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(36), (ulong)TotalBytes);
        bytes[FixedBytes] = (byte)Earlier.Count;
        for (var i = 0; i < Earlier.Count; i++)
        {
            var range = bytes.AsSpan(FixedBytes + 1 + RangeBytes * i, RangeBytes);
            BinaryPrimitives.WriteUInt64BigEndian(range, Earlier[i].First);
            BinaryPrimitives.WriteUInt64BigEndian(range[8..], Earlier[i].Last);
        }

        lane.CopyTo(bytes, laneAt);
        var at = laneAt + lane.Length;
        ReadOnlySpan<ReadOnlyMemory<byte>> envelopes = [Content.ReleaseEnvelope, Content.ManifestEnvelope, Content.InspectionEnvelope];
        for (var i = 0; i < envelopes.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(44 + 4 * i), (uint)envelopes[i].Length);
            envelopes[i].CopyTo(bytes.AsMemory(at));
            at += envelopes[i].Length;
        }

        return bytes;
    }

    private static bool TryReadEarlier(ReadOnlySpan<byte> span, ulong session, ref int at, out IReadOnlyList<SessionRange> earlier)
    {
        earlier = [];
        if (span.Length <= at || span.Length - at - 1 < RangeBytes * span[at])
        {
            return false;
        }

        var ranges = new SessionRange[span[at++]];
        for (var i = 0; i < ranges.Length; i++, at += RangeBytes)
        {
            ranges[i] = new(BinaryPrimitives.ReadUInt64BigEndian(span[at..]), BinaryPrimitives.ReadUInt64BigEndian(span[(at + 8)..]));
        }

        earlier = ranges;
        return IsEarlier(ranges, session);
    }

    private static bool IsEarlier(IReadOnlyList<SessionRange> ranges, ulong session)
    {
        // Behind a range one number is left out, or the two were one: one spelling for each.
        var least = 1UL;
        foreach (var (first, last) in ranges)
        {
            if (first < least || last < first || last >= session)
            {
                return false;
            }

            least = last > ulong.MaxValue - 2 ? ulong.MaxValue : last + 2;
        }

        return ranges.Count <= MaximumEarlier;
    }

    private static bool TryReadLane(ReadOnlySpan<byte> utf8, out string lane)
    {
        lane = "";
        if (utf8.Length == 0 || !Utf8.IsValid(utf8))
        {
            return false;
        }

        lane = Encoding.UTF8.GetString(utf8);
        return true;
    }

    private static bool TryReadTransferId(string text, Span<byte> id)
    {
        return text.Length == 2 * TransferIdBytes && !text.AsSpan().ContainsAnyExcept(LowerHexDigits)
            && Convert.FromHexString(text, id, out _, out _) == OperationStatus.Done;
    }

    private static Refusal Invalid(string what) => new(RefusalCode.HeaderInvalid, what);
}
