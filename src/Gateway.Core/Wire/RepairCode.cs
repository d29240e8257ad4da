using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Gateway.Core.Ledger;

namespace Gateway.Core.Wire;

/// <summary>
/// A repair request as people carry it from the high side to the low side, version 1: the same request on the same lane under the same key is always the same text, so
/// that nothing else can be told by it. Numbers of fixed length are big-endian; v is an unsigned LEB128 in as few bytes as it needs.
/// <code>
/// version (1) · lane tag (4) · key id (4; 0 = lane without a key)
/// · ranges of sessions · v transfers · each, by id: id (16) · v payload bytes · v blocks · ranges of blocks
/// · vouching code (8; only with a key): LaneKey.Vouch, purpose "repair", over all before it
/// · checksum (4): first bytes of SHA-256 over all before it
/// ranges: v count · each: v first, less the end of the one before and 1 more (the first range: less nothing) · v length less 1
/// </code>
/// The text is <see cref="CheckedGroups"/>.
/// </summary>
public sealed class RepairCode
{
    /// <summary>Most symbols of a code without hyphens: a QR code of 105 modules, which a terminal and a camera take; ten minutes of typing.</summary>
    public const int MaximumSymbols = 1400;

    /// <summary>Most bytes: what fits into <see cref="MaximumSymbols"/>.</summary>
    public const int MaximumBytes = 728;

    private const byte Version = 1;
    private const int HeadBytes = 9;
    private const int TransferIdBytes = 16;
    private const int VouchBytes = 8;
    private const int ChecksumBytes = 4;
    private const string Purpose = "repair";

    // With what stands before it, an entry stays within AuditEntry.MaximumDetailLength.
    private const int CharactersPerEntry = 840;

    private readonly byte[] bytes;

    private RepairCode(byte[] bytes, RepairRequest request) => (this.bytes, Request) = (bytes, request);

    /// <summary>What is asked for.</summary>
    public RepairRequest Request { get; }

    /// <summary>Tag of the lane, as its datagrams carry it.</summary>
    public uint LaneTag => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1));

    /// <summary>Id of the key that vouches for it; 0 where the lane has none.</summary>
    public uint KeyId => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5));

    /// <summary>The text, with hyphens between groups.</summary>
    public string Text => CheckedGroups.Write(bytes);

    /// <summary>Makes the code of a request that <see cref="RepairRequest.Fitting"/> gave.</summary>
    /// <param name="lane">Id of the lane.</param>
    /// <param name="key">The key that the low side sends under; null on a lane without.</param>
    /// <param name="request">What is missing; not empty.</param>
    public static RepairCode Make(string lane, LaneKey? key, RepairRequest request)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(request.IsEmpty, true, nameof(request));
        var writer = new ArrayBufferWriter<byte>(MaximumBytes);
        var head = writer.GetSpan(HeadBytes);
        head[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], Datagram.TagOf(lane));
        BinaryPrimitives.WriteUInt32BigEndian(head[5..], key?.IdFor(lane) ?? 0);
        writer.Advance(HeadBytes);
        WriteBody(writer, request);
        if (key is not null)
        {
            Span<byte> code = stackalloc byte[VouchBytes];
            key.Vouch(lane, Purpose, writer.WrittenSpan, code);
            writer.Write(code);
        }

        writer.Write(Checksum(writer.WrittenSpan));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(writer.WrittenCount, MaximumBytes, nameof(request));
        return new(writer.WrittenSpan.ToArray(), request);
    }

    /// <summary>Reads a code however it was typed. Refuses with <see cref="RefusalCode.RepairCodeDamaged"/>. Nobody vouches for it yet.</summary>
    public static Outcome<RepairCode> Parse(string text)
    {
        if (!CheckedGroups.Read(text, MaximumBytes).Succeeded(out var bytes, out var refusal))
        {
            return refusal;
        }

        if (bytes.Length <= HeadBytes + ChecksumBytes || !Checksum(bytes.AsSpan(..^ChecksumBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^ChecksumBytes..)))
        {
            return Damaged("every group fits by itself, and together they do not: compare all of them");
        }

        if (bytes[0] != Version)
        {
            return Damaged($"of version {bytes[0]}, which is not known here: bring both sides to the same version");
        }

        var tail = ChecksumBytes + (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)) == 0 ? 0 : VouchBytes);
        return bytes.Length > HeadBytes + tail && new BodyReader(bytes.AsSpan(HeadBytes..^tail)).Read() is { } request
            ? new RepairCode(bytes, request)
            : Damaged("its content is not one that a high side writes");
    }

    /// <summary>
    /// Null where the code is of this lane and its key vouches for it; on a lane without a key, where none does. Refuses with <see cref="RefusalCode.RepairCodeForeign"/>.
    /// </summary>
    public Refusal? Objection(string lane, LaneKey? key)
    {
        if (LaneTag != Datagram.TagOf(lane))
        {
            return Foreign("another lane");
        }

        if (KeyId != (key?.IdFor(lane) ?? 0))
        {
            return Foreign($"made {NameOf(KeyId)}, this side sends {NameOf(key?.IdFor(lane) ?? 0)}");
        }

        if (key is null)
        {
            return null;
        }

        Span<byte> code = stackalloc byte[VouchBytes];
        key.Vouch(lane, Purpose, bytes.AsSpan(..^(VouchBytes + ChecksumBytes)), code);
        return CryptographicOperations.FixedTimeEquals(code, bytes.AsSpan(^(VouchBytes + ChecksumBytes)..^ChecksumBytes)) ? null : Foreign("not made by a holder of its key");
    }

    /// <summary>The code as entries for the audit record: whole, in as many parts as its length takes.</summary>
    /// <param name="actor">Who asked for it or applied it.</param>
    /// <param name="action">What was done, e.g. <c>repair.requested</c>.</param>
    /// <param name="lane">Id of the lane.</param>
    public IEnumerable<AuditEntry> ToAudit(string actor, string action, string lane)
    {
        var parts = Text.Chunk(CharactersPerEntry).ToList();
        return parts.Select((part, number) => new AuditEntry
        {
            Actor = actor,
            Action = action,
            Detail = $"{lane}, {Request.MissingSessions.Count} sessions and {Request.Blocks} blocks, part {number + 1} of {parts.Count}: {new string(part)}",
        });
    }

    /// <summary>Bytes that the code of a request takes on a lane with a key.</summary>
    internal static int LengthOf(RepairRequest request)
    {
        var writer = new ArrayBufferWriter<byte>(MaximumBytes);
        WriteBody(writer, request);
        return HeadBytes + writer.WrittenCount + VouchBytes + ChecksumBytes;
    }

    private static byte[] Checksum(ReadOnlySpan<byte> content) => SHA256.HashData(content)[..ChecksumBytes];

    private static void WriteBody(ArrayBufferWriter<byte> writer, RepairRequest request)
    {
        WriteRanges(writer, BlockRanges.Of(request.MissingSessions.Select(session => new BlockRange(checked((long)session), 1))));
        WriteNumber(writer, request.Transfers.Count);
        foreach (var transfer in request.Transfers.OrderBy(t => t.TransferId, StringComparer.Ordinal))
        {
            writer.Write(Convert.FromHexString(transfer.TransferId));
            WriteNumber(writer, transfer.PayloadBytes);
            WriteNumber(writer, transfer.Blocks);
            WriteRanges(writer, transfer.Missing);
        }
    }

    private static void WriteRanges(ArrayBufferWriter<byte> writer, BlockRanges ranges)
    {
        WriteNumber(writer, ranges.Ranges.Count);
        var earliest = 0L;
        foreach (var range in ranges.Ranges)
        {
            WriteNumber(writer, range.First - earliest);
            WriteNumber(writer, range.Count - 1);
            earliest = range.End + 1;
        }
    }

    private static void WriteNumber(ArrayBufferWriter<byte> writer, long number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            writer.Write([(byte)(number & 0x7f | 0x80)]);
        }

        writer.Write([(byte)number]);
    }

    private static Refusal Damaged(string what) => new(RefusalCode.RepairCodeDamaged, what);

    private static string NameOf(uint keyId) => keyId == 0 ? "without a key" : $"with key {keyId:x8}";

    private static Refusal Foreign(string what) => new(RefusalCode.RepairCodeForeign, what);

    // Whatever is not as WriteBody writes it is no request: one spelling for each.
    private ref struct BodyReader(ReadOnlySpan<byte> body)
    {
        private readonly ReadOnlySpan<byte> body = body;
        private int at;
        private bool failed;

        public RepairRequest? Read()
        {
            var sessions = ReadRanges(long.MaxValue);
            if (failed || sessions.Blocks > RepairRequest.MaximumSessions || sessions.Contains(0))
            {
                return null;
            }

            var transfers = new List<RepairTransfer>();
            for (var left = ReadNumber(); left > 0 && !failed; left--)
            {
                transfers.Add(ReadTransfer(transfers.Count == 0 ? "" : transfers[^1].TransferId));
            }

            var request = new RepairRequest([.. sessions.Ranges.SelectMany(SessionsOf)], transfers);
            return failed || at != body.Length || request.IsEmpty ? null : request;
        }

        private static IEnumerable<ulong> SessionsOf(BlockRange range)
        {
            for (var session = range.First; session < range.End; session++)
            {
                yield return (ulong)session;
            }
        }

        private RepairTransfer ReadTransfer(string before)
        {
            if (body.Length - at < TransferIdBytes)
            {
                failed = true;
                return new("", 0, 0, BlockRanges.None);
            }

            var id = Convert.ToHexStringLower(body.Slice(at, TransferIdBytes));
            at += TransferIdBytes;
            var (payload, blocks) = (ReadNumber(), ReadNumber());
            var missing = ReadRanges(blocks);
            failed |= string.CompareOrdinal(before, id) >= 0 || payload is 0 or > FecGeometry.MaximumGroupBytes || blocks > FecGeometry.MaximumBlocks || missing.Blocks == 0;
            return new(id, failed ? 0 : (int)payload, blocks, missing);
        }

        private BlockRanges ReadRanges(long end)
        {
            var ranges = new List<BlockRange>();
            var earliest = 0L;
            for (var left = ReadNumber(); left > 0 && !failed; left--)
            {
                var (distance, more) = (ReadNumber(), ReadNumber());
                if (distance >= end - earliest || more >= end - earliest - distance)
                {
                    failed = true;
                    break;
                }

                ranges.Add(new(earliest + distance, more + 1));
                earliest = ranges[^1].End + 1;
            }

            return BlockRanges.Of(ranges);
        }

        private long ReadNumber()
        {
            var number = 0L;
            for (var shift = 0; shift < 63 && at < body.Length; shift += 7)
            {
                var part = body[at++];
                number |= (long)(part & 0x7f) << shift;
                if (part < 0x80)
                {
                    // A last byte of 0 says nothing: the number has a shorter spelling.
                    failed |= part == 0 && shift > 0;
                    return number;
                }
            }

            failed = true;
            return 0;
        }
    }
}
