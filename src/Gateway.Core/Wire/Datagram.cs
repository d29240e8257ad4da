using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Core.Wire;

/// <summary>What a datagram carries.</summary>
public enum DatagramKind
{
    /// <summary>The lane is alive; the session is the newest that was begun. No symbol.</summary>
    Heartbeat = 1,

    /// <summary>A symbol of the session's header.</summary>
    Header = 2,

    /// <summary>A symbol of the artifact's byte stream.</summary>
    Data = 3,

    /// <summary>Nothing more of this session follows. No symbol.</summary>
    End = 4,

    /// <summary>A symbol of a block of the artifact's byte stream that crosses packed: the same block of the stream in fewer data symbols. Since version 2.</summary>
    Packed = 5,
}

/// <summary>
/// The header of a datagram, version 2. It places the symbol behind it without any other datagram. Numbers are big-endian.
/// <code>
/// offset bytes
///      0     3  "GWL"
///      3     1  version, 2
///      4     1  kind
///      5     1  k, data symbols of a full block        (0 in Heartbeat and End)
///      6     1  m, most parity symbols of any block    (0 in Heartbeat and End)
///      7     1  symbol: data symbols of the block first, then its parity symbols
///      8     4  lane tag: the last four bytes of XXH128 of the lane's id in UTF-8
///     12     2  bytes of the symbol                    (0 in Heartbeat and End)
///     14     2  D, blocks in a group                   (0 in Heartbeat and End)
///     16     8  session
///     24     8  block, from 0
///     32     8  bytes of the stream that the block is of; in Packed, bytes of this block's packed content (0 in Heartbeat and End)
///     40     4  key id, 0 where the lane is not authenticated
///     44     4  epoch: a number for each start of the sender
///     48     8  counter: never twice in an epoch; what is skipped was lost
///     56        the symbol, then 16 bytes of tag where the key id is not 0; see <see cref="DatagramSealer"/>
/// </code>
/// Version 1 ends at offset 40, where its symbol begins; it knows neither Packed nor keys, and is read where a lane is not authenticated.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Datagram
{
    /// <summary>Bytes before the symbol.</summary>
    public const int HeaderBytes = 56;

    /// <summary>Bytes behind the symbol where the lane is authenticated.</summary>
    public const int TagBytes = 16;

    /// <summary>Bytes of a datagram that are no symbol, with the tag; kept free without one too, so that a lane is cut the same with and without a key.</summary>
    public const int OverheadBytes = HeaderBytes + TagBytes;

    internal const int SequenceOffset = 40;

    private const int SymbolOffset = 7;
    private const int FormerHeaderBytes = 40;
    private const uint Magic = 0x47574C00;
    private const uint FormerVersion = 1;
    private const uint Version = 2;

    /// <summary>What it carries.</summary>
    public DatagramKind Kind { get; private init; }

    /// <summary>Tells lanes apart that share a wire; see <see cref="TagOf"/>.</summary>
    public uint LaneTag { get; private init; }

    /// <summary>Number of the session on its lane, from 1; 0 in the heartbeat of a lane that never had one.</summary>
    public ulong Session { get; private init; }

    /// <summary>How the stream is cut. Header and Data only.</summary>
    public FecGeometry Geometry { get; private init; }

    /// <summary>Bytes of the stream that the block is of. Header and Data only.</summary>
    public long StreamBytes { get; private init; }

    /// <summary>Bytes of the block's packed content, at least 1. Packed only.</summary>
    public int PackedBytes { get; private init; }

    /// <summary>Which key vouches for it; 0 for none.</summary>
    public uint KeyId { get; private init; }

    /// <summary>Which start of the sender it is of.</summary>
    public uint Epoch { get; private init; }

    /// <summary>Its number in the epoch.</summary>
    public ulong Counter { get; private init; }

    /// <summary>True where it is of version 1, which has neither epoch nor counter.</summary>
    public bool IsFormer { get; private init; }

    /// <summary>Number of the block in its stream, from 0.</summary>
    public long Block { get; private init; }

    /// <summary>Index of the symbol in its block; from <see cref="DataSymbols"/> on it is parity.</summary>
    public int Symbol { get; private init; }

    /// <summary>Data symbols of this block.</summary>
    public int DataSymbols => Kind == DatagramKind.Packed ? Geometry.DataSymbolsOfPacked(PackedBytes) : Geometry.DataSymbolsOf(StreamBytes, Block);

    /// <summary>The tag of a lane id.</summary>
    public static uint TagOf(string lane) =>
        BinaryPrimitives.ReadUInt32BigEndian(XxHash128.Hash(Encoding.UTF8.GetBytes(lane)).AsSpan(12));

    /// <summary>A heartbeat that announces the newest session.</summary>
    public static Datagram Heartbeat(uint laneTag, ulong newestSession) =>
        new() { Kind = DatagramKind.Heartbeat, LaneTag = laneTag, Session = newestSession };

    /// <summary>The end of a session.</summary>
    public static Datagram End(uint laneTag, ulong session) =>
        new() { Kind = DatagramKind.End, LaneTag = laneTag, Session = session };

    /// <summary>The header of a symbol.</summary>
    public static Datagram Of(
        DatagramKind kind, uint laneTag, ulong session, FecGeometry geometry, long streamBytes, long block, int symbol) =>
        new()
        {
            Kind = kind, LaneTag = laneTag, Session = session, Geometry = geometry, StreamBytes = streamBytes, Block = block, Symbol = symbol,
        };

    /// <summary>The header of a symbol of a packed block.</summary>
    public static Datagram OfPacked(uint laneTag, ulong session, FecGeometry geometry, int packedBytes, long block, int symbol) =>
        new()
        {
            Kind = DatagramKind.Packed, LaneTag = laneTag, Session = session, Geometry = geometry, PackedBytes = packedBytes, Block = block, Symbol = symbol,
        };

    /// <summary>The symbol in the bytes that this was read from.</summary>
    public ReadOnlySpan<byte> SymbolOf(ReadOnlySpan<byte> bytes) => bytes.Slice(IsFormer ? FormerHeaderBytes : HeaderBytes, Geometry.SymbolBytes);

    /// <summary>Writes the header into the first <see cref="HeaderBytes"/> bytes, without key and sequence: those are the <see cref="DatagramSealer"/>'s.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic | Version);
        bytes[4] = (byte)Kind;
        bytes[5] = (byte)Geometry.DataSymbols;
        bytes[6] = (byte)Geometry.ParitySymbols;
        bytes[SymbolOffset] = (byte)Symbol;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], LaneTag);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], (ushort)Geometry.SymbolBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], (ushort)Geometry.Interleave);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Session);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], (ulong)Block);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], Kind == DatagramKind.Packed ? (ulong)PackedBytes : (ulong)StreamBytes);
        bytes[SequenceOffset..HeaderBytes].Clear();
    }

    /// <summary>Writes the header of another symbol of the block that a header is of, likewise.</summary>
    internal static void WriteAsOf(ReadOnlySpan<byte> header, int symbol, Span<byte> bytes)
    {
        header[..HeaderBytes].CopyTo(bytes);
        bytes[SymbolOffset] = (byte)symbol;
    }

    /// <summary>
    /// Reads a whole datagram of either version: false unless every field is in range, agrees with the others and the length is exactly right. Says nothing of who sent it.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Datagram datagram)
    {
        datagram = default;
        if (bytes.Length < FormerHeaderBytes)
        {
            return false;
        }

        var former = BinaryPrimitives.ReadUInt32BigEndian(bytes) == (Magic | FormerVersion);
        if (!former && (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes) != (Magic | Version)))
        {
            return false;
        }

        var kind = (DatagramKind)bytes[4];
        var session = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        var keyId = former ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes[SequenceOffset..]);
        var symbolBytes = bytes.Length - (former ? FormerHeaderBytes : HeaderBytes) - (keyId == 0 ? 0 : TagBytes);
        FecGeometry geometry = default;
        var placed = kind switch
        {
            DatagramKind.Heartbeat => symbolBytes == 0 && IsBare(bytes),
            DatagramKind.End => symbolBytes == 0 && session > 0 && IsBare(bytes),
            DatagramKind.Header or DatagramKind.Data => session > 0 && TryPlace(bytes, symbolBytes, packed: false, out geometry),
            DatagramKind.Packed => !former && session > 0 && TryPlace(bytes, symbolBytes, packed: true, out geometry),
            _ => false,
        };
        if (!placed)
        {
            return false;
        }

        // A bare one has 0 wherever a symbol has its place.
        var contentBytes = BinaryPrimitives.ReadInt64BigEndian(bytes[32..]);
        datagram = new()
        {
            Kind = kind,
            Symbol = bytes[SymbolOffset],
            LaneTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            Session = session,
            Geometry = geometry,
            Block = BinaryPrimitives.ReadInt64BigEndian(bytes[24..]),
            StreamBytes = kind == DatagramKind.Packed ? 0 : contentBytes,
            PackedBytes = kind == DatagramKind.Packed ? (int)contentBytes : 0,
            IsFormer = former,
            KeyId = keyId,
            Epoch = former ? 0 : BinaryPrimitives.ReadUInt32BigEndian(bytes[(SequenceOffset + 4)..]),
            Counter = former ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes[(SequenceOffset + 8)..]),
        };
        return true;
    }

    private static bool IsBare(ReadOnlySpan<byte> bytes) =>
        !bytes[5..8].ContainsAnyExcept((byte)0) && !bytes[12..16].ContainsAnyExcept((byte)0) && !bytes[24..SequenceOffset].ContainsAnyExcept((byte)0);

    // The geometry, where it is one and has a place for the symbol. Numbers beyond long.MaxValue are negative here.
    private static bool TryPlace(ReadOnlySpan<byte> bytes, int symbolBytes, bool packed, out FecGeometry geometry)
    {
        geometry = default;
        int interleave = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]) != symbolBytes || !FecGeometry.IsValid(bytes[5], bytes[6], symbolBytes, interleave))
        {
            return false;
        }

        geometry = FecGeometry.FromValid(bytes[5], bytes[6], symbolBytes, interleave);
        var block = BinaryPrimitives.ReadInt64BigEndian(bytes[24..]);
        var contentBytes = BinaryPrimitives.ReadInt64BigEndian(bytes[32..]);
        var fits = packed
            ? contentBytes <= geometry.PayloadBytes && block is >= 0 and < FecGeometry.MaximumBlocks
            : geometry.Holds(contentBytes) && geometry.HasBlock(contentBytes, block);
        return contentBytes > 0 && fits
            && bytes[SymbolOffset] < geometry.ParitySymbols + (packed ? geometry.DataSymbolsOfPacked((int)contentBytes) : geometry.DataSymbolsOf(contentBytes, block));
    }
}
