using System.Globalization;
using System.Text;

namespace Gateway.Core.Trust;

/// <summary>Dead Simple Signing Envelope v1: what is signed.</summary>
public static class Dsse
{
    /// <summary>Type of every payload of ours: an in-toto Statement v1.</summary>
    public const string PayloadType = "application/vnd.in-toto+json";

    /// <summary>Pre-authentication encoding (DSSE v1, protocol.md): the bytes that a signature covers.</summary>
    public static byte[] Pae(string payloadType, ReadOnlySpan<byte> payload)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "));
        var pae = new byte[head.Length + payload.Length];
        head.CopyTo(pae, 0);
        payload.CopyTo(pae.AsSpan(head.Length));
        return pae;
    }
}
