using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Core.Wire;

/// <summary>
/// The secret that both sides of a lane share: 256 random bits. Each lane uses a key of its own that is derived from it, so that one secret on two lanes never meets the
/// same nonce twice under one key.
/// <code>
/// text   "gateway-lane-key-1 " · 32 bytes in base64 · newline
/// lane   HKDF-SHA256 (RFC 5869) of the secret, no salt, info "gateway lane 2 " · lane id in UTF-8, 32 bytes
/// id     first four bytes, big-endian, of SHA-256 of the lane's key; 1 in place of 0, which says "no key"
/// </code>
/// </summary>
public sealed class LaneKey
{
    /// <summary>Bytes of the secret and of a lane's key.</summary>
    public const int Bytes = 32;

    /// <summary>Most characters of a key file: its one line and room for an end of line of any kind.</summary>
    public const int MaximumTextLength = 80;

    private const string Prefix = "gateway-lane-key-1 ";
    private const string Info = "gateway lane 2 ";

    private readonly byte[] secret;

    private LaneKey(byte[] secret) => this.secret = secret;

    /// <summary>A new key.</summary>
    public static LaneKey Generate() => new(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Reads the text of a key file. Refuses with <see cref="RefusalCode.KeyInvalid"/>; what it says never repeats the text.</summary>
    public static Outcome<LaneKey> Parse(string text)
    {
        var line = text.AsSpan().TrimEnd("\r\n");
        if (text.Length > MaximumTextLength || !line.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return new Refusal(RefusalCode.KeyInvalid, "not a lane key; `gateway lane key` makes one");
        }

        Span<byte> bytes = stackalloc byte[Bytes + 1];
        var base64 = line[Prefix.Length..];
        return Convert.TryFromBase64Chars(base64, bytes, out var written) && written == Bytes
            && base64.SequenceEqual(Convert.ToBase64String(bytes[..Bytes]))
            ? new LaneKey(bytes[..Bytes].ToArray())
            : new Refusal(RefusalCode.KeyInvalid, "a lane key that was cut or mistyped");
    }

    /// <summary>The text of a key file.</summary>
    public string ToText() => $"{Prefix}{Convert.ToBase64String(secret)}\n";

    /// <summary>Names the key on a lane; it tells nothing about the secret.</summary>
    public uint IdFor(string lane)
    {
        Span<byte> key = stackalloc byte[Bytes];
        Derive(lane, key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return Math.Max(1, BinaryPrimitives.ReadUInt32BigEndian(hash));
    }

    /// <summary>
    /// A code over bytes that only holders of the key can make: HMAC-SHA256 under HKDF-SHA256 of the secret with info "gateway lane 2 " · purpose · lane id, cut to the length asked for.
    /// </summary>
    /// <param name="lane">Id of the lane.</param>
    /// <param name="purpose">What the code is for, so that a code for one purpose fits no other. Not empty.</param>
    /// <param name="content">What is vouched for.</param>
    /// <param name="code">Filled; at most 32 bytes.</param>
    public void Vouch(string lane, string purpose, ReadOnlySpan<byte> content, Span<byte> code)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        Span<byte> key = stackalloc byte[Bytes];
        Derive($"{purpose} {lane}", key);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, content, hash);
        hash[..code.Length].CopyTo(code);
    }

    internal void Derive(string lane, Span<byte> key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, [], Encoding.UTF8.GetBytes(Info + lane));
}
