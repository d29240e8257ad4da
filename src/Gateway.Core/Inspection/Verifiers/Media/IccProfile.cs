using System.Buffers.Binary;

namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>The header of a colour profile (ICC.1:2022, 7.2): its own size, and the signature.</summary>
internal static class IccProfile
{
    public const int HeaderBytes = 128;

    /// <summary>True for a header that speaks of a profile of exactly that size.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> header, long profileBytes) =>
        header.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32BigEndian(header) == profileBytes && header[36..].StartsWith("acsp"u8);
}
