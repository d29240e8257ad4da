using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media.Jpeg;

/// <summary>The application segments that may cross: JFIF, Exif, XMP, ICC, Photoshop, Adobe. Each once, but for the parts of a profile.</summary>
internal sealed class JpegApplication
{
    private const int ProfileHeaderBytes = 14;

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly byte[] profile = new byte[IccProfile.HeaderBytes];
    private int profileParts;
    private int profileNext = 1;
    private long profileBytes;

    /// <summary>What Adobe says of the colour: 0 none, 1 YCbCr, 2 YCCK; null where it says nothing.</summary>
    public int? Transform { get; private set; }

    /// <summary>True for a profile of which parts are missing, or whose parts do not make one.</summary>
    public bool IsProfileBroken => profileParts > 0 && (profileNext != profileParts + 1 || !IccProfile.IsHeader(profile, profileBytes));

    /// <summary>The word for a segment; null where it is of none of the kinds, damaged, or there once more.</summary>
    public string? Read(byte marker, ReadOnlySpan<byte> data, out bool isFree)
    {
        var kind = Kind(marker, data);
        isFree = kind is "Exif" or "XMP" or "Photoshop" || (kind == "JFIF" && data.Length > 14);
        return kind is not null && (kind == "ICC profile" || seen.Add(kind)) ? kind : null;
    }

    private string? Kind(byte marker, ReadOnlySpan<byte> data) => marker switch
    {
        0xE0 when IsJfif(data) => "JFIF",
        0xE1 when data.StartsWith("Exif\0\0"u8) && TiffHeader.Begins(data[6..]) => "Exif",
        0xE1 when data.StartsWith("http://ns.adobe.com/xap/1.0/\0"u8) => "XMP",
        0xE2 when data.Length > ProfileHeaderBytes && data.StartsWith("ICC_PROFILE\0"u8) && Profile(data) => "ICC profile",
        0xED when data.StartsWith("Photoshop 3.0\0"u8) && AreResources(data[14..]) => "Photoshop",
        0xEE when data.Length == 12 && data.StartsWith("Adobe"u8) && data[11] <= 2 => Adobe(data),
        _ => null,
    };

    /// <summary>JFIF 1.02: version, units, density, and a thumbnail of exactly its width and height.</summary>
    private static bool IsJfif(ReadOnlySpan<byte> data) =>
        data.Length >= 14 && data.StartsWith("JFIF\0"u8) && data[5] == 1 && data[7] <= 2 && data.Length == 14 + (3 * data[12] * data[13]);

    private string Adobe(ReadOnlySpan<byte> data)
    {
        Transform = data[11];
        return "Adobe";
    }

    /// <summary>ICC.1:2022, B.4: parts 1 to n, in order.</summary>
    private bool Profile(ReadOnlySpan<byte> data)
    {
        var (part, parts) = (data[12], data[13]);
        if (part != profileNext || part > parts || (profileParts > 0 && parts != profileParts))
        {
            return false;
        }

        var body = data[ProfileHeaderBytes..];
        if (profileBytes < profile.Length)
        {
            body[..(int)Math.Min(body.Length, profile.Length - profileBytes)].CopyTo(profile.AsSpan((int)profileBytes));
        }

        profileParts = parts;
        profileNext++;
        profileBytes += body.Length;
        return true;
    }

    /// <summary>Photoshop image resource blocks: signature, id, a name padded to even, a size, and data padded to even.</summary>
    private static bool AreResources(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (data.Length < 12 || !data.StartsWith("8BIM"u8))
            {
                return false;
            }

            var sizeAt = 6 + ((data[6] + 2) / 2 * 2);
            if (data.Length < sizeAt + 4)
            {
                return false;
            }

            var size = BinaryPrimitives.ReadUInt32BigEndian(data[sizeAt..]);
            var next = sizeAt + 4 + (long)size + (size & 1);
            if (next > data.Length || ((size & 1) == 1 && data[(int)next - 1] != 0))
            {
                return false;
            }

            data = data[(int)next..];
        }

        return true;
    }
}
