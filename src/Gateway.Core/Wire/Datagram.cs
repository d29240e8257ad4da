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
}

/// <summary>
/// The header of a datagram, version 1. It places the symbol behind it without any other datagram. Numbers are big-endian.
/// <code>
/// offset bytes
///      0     3  "GWL"
///      3     1  version, 1
///      4     1  kind
///      5     1  k, data symbols of a full block        (0 in Heartbeat and End)
///      6     1  m, parity symbols of every block       (0 in Heartbeat and End)
///      7     1  symbol: data symbols of the block first, then its m parity symbols
///      8     4  lane tag: the last four bytes of XXH128 of the lane's id in UTF-8
///     12     2  bytes of the symbol                    (0 in Heartbeat and End)
///     14     2  D, blocks in a group                   (0 in Heartbeat and End)
///     16     8  session
///     24     8  block, from 0
///     32     8  bytes of the stream that the block is of (0 in Heartbeat and End)
///     40        the symbol
/// </code>
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Datagram
{
    /// <summary>Bytes before the symbol.</summary>
    public const int HeaderBytes = 40;

    private const uint MagicAndVersion = 0x47574C01;

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

    /// <summary>Number of the block in its stream, from 0.</summary>
    public long Block { get; private init; }

    /// <summary>Index of the symbol in its block; from <see cref="DataSymbols"/> on it is parity.</summary>
    public int Symbol { get; private init; }

    /// <summary>Data symbols of this block.</summary>
    public int DataSymbols => Geometry.DataSymbolsOf(StreamBytes, Block);

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

    /// <summary>Writes the header into the first <see cref="HeaderBytes"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, MagicAndVersion);
        bytes[4] = (byte)Kind;
        bytes[5] = (byte)Geometry.DataSymbols;
        bytes[6] = (byte)Geometry.ParitySymbols;
        bytes[7] = (byte)Symbol;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], LaneTag);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], (ushort)Geometry.SymbolBytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[14..], (ushort)Geometry.Interleave);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Session);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], (ulong)Block);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], (ulong)StreamBytes);
    }

    /// <summary>Reads a whole datagram: false unless every field is in range, agrees with the others and the length is exactly right.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Datagram datagram)
    {
        datagram = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes) != MagicAndVersion)
        {
            return false;
        }

        var read = new Datagram
        {
            Kind = (DatagramKind)bytes[4],
            Symbol = bytes[7],
            LaneTag = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            Session = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
        };
        var placed = read.Kind switch
        {
            DatagramKind.Heartbeat => IsBare(bytes),
            DatagramKind.End => read.Session > 0 && IsBare(bytes),
            DatagramKind.Header or DatagramKind.Data => read.Session > 0 && TryPlace(bytes, ref read),
            _ => false,
        };
        datagram = placed ? read : default;
        return placed;
    }

    private static bool IsBare(ReadOnlySpan<byte> bytes) =>
        bytes.Length == HeaderBytes && !bytes[5..8].ContainsAnyExcept((byte)0) && !bytes[12..16].ContainsAnyExcept((byte)0)
        && !bytes[24..].ContainsAnyExcept((byte)0);

    private static bool TryPlace(ReadOnlySpan<byte> bytes, ref Datagram read)
    {
        int symbolBytes = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        int interleave = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        var block = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
        var streamBytes = BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]);
        if (bytes.Length != HeaderBytes + symbolBytes || !FecGeometry.IsValid(bytes[5], bytes[6], symbolBytes, interleave))
        {
            return false;
        }

        var geometry = FecGeometry.FromValid(bytes[5], bytes[6], symbolBytes, interleave);
        if (streamBytes is 0 or > long.MaxValue || !geometry.Holds((long)streamBytes) || block >= (ulong)geometry.BlocksOf((long)streamBytes))
        {
            return false;
        }

        read = read with { Geometry = geometry, StreamBytes = (long)streamBytes, Block = (long)block };
        return read.Symbol < read.DataSymbols + geometry.ParitySymbols;
    }
}
