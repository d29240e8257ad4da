using System.Buffers.Binary;
using System.IO.Hashing;

namespace Gateway.Core.Wire;

/// <summary>
/// One file of a session that crosses as files: by a diode that moves files, or by hand on media. A *set* is the k data and m parity volumes of one session; any m of them may be
/// missing or damaged. Numbers are big-endian.
/// <code>
/// offset bytes
///      0     4  "GWVO"
///      4     1  version, 1
///      5     1  k, data volumes of the set, from 1
///      6     1  m, parity volumes of the set, from 0; k + m is at most 255
///      7     1  index of this volume: data volumes first, then parity volumes
///      8     4  lane tag, as in a datagram
///     12     4  S, bytes of a slab's content
///     16    16  id of the set, at random
///     32     8  session
///     40     8  stripes: slabs of each volume
///     48    16  XXH128 of the bytes before
///     64        the slabs, each S bytes of content and 16 of seal; see <see cref="VolumeSlab"/>
///   then    64  the header again, for a medium whose first sector went bad
/// </code>
/// Slab r of all volumes is stripe r: content n of the session is slab n / k of data volume n mod k, and the parity slabs of a stripe are <see cref="ReedSolomon"/> parity of its data
/// slabs, computed over their contents as symbols of S bytes. Nothing here is vouched for; that is what the datagrams inside are.
/// </summary>
/// <param name="LaneTag">Tag of the lane; see <see cref="Datagram.TagOf"/>.</param>
/// <param name="Set">Id of the set.</param>
/// <param name="Session">Session of the set, from 1.</param>
/// <param name="Geometry">How the set is cut.</param>
/// <param name="Index">Which volume this is, below k + m.</param>
/// <param name="Stripes">Slabs of each volume, from 1.</param>
public readonly record struct Volume(uint LaneTag, UInt128 Set, ulong Session, VolumeGeometry Geometry, int Index, long Stripes)
{
    /// <summary>Bytes of the header, and of its copy at the end.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Most slabs of a volume: four petabytes of the smallest ones, and with the largest a length that 63 bits hold.</summary>
    public const long MaximumStripes = 1L << 36;

    private const uint Magic = 0x4757564F;
    private const byte Version = 1;
    private const int CheckedBytes = 48;

    /// <summary>Bytes of the whole file.</summary>
    public long FileBytes => Geometry.FileBytes(Stripes);

    /// <summary>Where a slab begins in the file.</summary>
    public long OffsetOf(long stripe) => HeaderBytes + stripe * (Geometry.SlabBytes + VolumeSlab.SealBytes);

    /// <summary>Writes the header into the first <see cref="HeaderBytes"/> bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        bytes[4] = Version;
        bytes[5] = (byte)Geometry.DataVolumes;
        bytes[6] = (byte)Geometry.ParityVolumes;
        bytes[7] = (byte)Index;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], LaneTag);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], (uint)Geometry.SlabBytes);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], Set);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[32..], Session);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[40..], (ulong)Stripes);
        XxHash128.Hash(bytes[..CheckedBytes], bytes[CheckedBytes..]);
    }

    /// <summary>Reads a header: false unless it is whole and every field is in range.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Volume volume)
    {
        volume = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Magic || bytes[4] != Version)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[HeaderBytes - CheckedBytes];
        XxHash128.Hash(bytes[..CheckedBytes], hash);
        var slabBytes = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]);
        var session = BinaryPrimitives.ReadUInt64BigEndian(bytes[32..]);
        var stripes = BinaryPrimitives.ReadUInt64BigEndian(bytes[40..]);
        if (!hash.SequenceEqual(bytes[CheckedBytes..HeaderBytes]) || session == 0 || stripes is 0 or > MaximumStripes
            || slabBytes > int.MaxValue || !VolumeGeometry.Create(bytes[5], bytes[6], (int)slabBytes).Succeeded(out var geometry, out _)
            || bytes[7] >= geometry.Volumes)
        {
            return false;
        }

        volume = new(BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]), session, geometry, bytes[7], (long)stripes);
        return true;
    }
}
