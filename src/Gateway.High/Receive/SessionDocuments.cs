using System.Security.Cryptography;
using Gateway.Core;

namespace Gateway.High.Receive;

/// <summary>The three envelopes of a session as they crossed. Nothing in them is believed.</summary>
public sealed record SessionDocuments(ReadOnlyMemory<byte> Release, ReadOnlyMemory<byte> Manifest, ReadOnlyMemory<byte> Inspection)
{
    /// <summary>Names the three together: SHA-256 over the SHA-256 of each.</summary>
    public Digest Digest
    {
        get
        {
            Span<byte> hashes = stackalloc byte[3 * SHA256.HashSizeInBytes];
            SHA256.HashData(Release.Span, hashes);
            SHA256.HashData(Manifest.Span, hashes[SHA256.HashSizeInBytes..]);
            SHA256.HashData(Inspection.Span, hashes[(2 * SHA256.HashSizeInBytes)..]);
            return Core.Digest.Of(hashes);
        }
    }
}

/// <summary>How a session came, beside its documents.</summary>
/// <param name="Lane">Lane that received it.</param>
/// <param name="TransferId">Transfer id that the session states.</param>
/// <param name="TotalBytes">Bytes that the session states.</param>
public sealed record Arrival(string Lane, string TransferId, long TotalBytes);
