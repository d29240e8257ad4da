using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Gateway.Core;

/// <summary>A SHA-256 digest (FIPS 180-4), kept as 64 lower-case hex digits.</summary>
public readonly record struct Digest
{
    /// <summary>Digits in the text form.</summary>
    public const int HexLength = 64;

    private readonly string? hex;

    private Digest(string hex) => this.hex = hex;

    /// <summary>Lower-case hex. A default instance throws: it is the digest of nothing, which is a bug.</summary>
    public string Hex => hex ?? throw new InvalidOperationException("A digest that was never set.");

    /// <summary>Hashes bytes that are already in memory.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>Takes the 32 bytes that a hash produced.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes
            ? new Digest(Convert.ToHexStringLower(hash))
            : throw new ArgumentException($"A SHA-256 hash has {SHA256.HashSizeInBytes} bytes.", nameof(hash));

    /// <summary>Reads exactly 64 lower-case hex digits: one spelling, so that equal digests are equal text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is not { Length: HexLength })
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
            {
                return false;
            }
        }

        digest = new Digest(text);
        return true;
    }

    public override string ToString() => Hex;
}
