using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Gateway.Hosting;
using Gateway.Storage;

namespace Gateway.High.Import.Access;

/// <summary>
/// Secrets of access keys. Each follows from the key's id by HMAC (RFC 2104) under a seed that only this service's directory holds: the catalog and its
/// backups open nothing, and yet the secret is at hand where a signature is checked with it, as AWS Signature Version 4 needs.
/// </summary>
internal sealed class AccessSecrets
{
    /// <summary>Characters of an id: what AWS key ids have, and clients expect.</summary>
    public const int IdLength = 20;

    /// <summary>Characters of a secret, hex: 160 bits, the length of AWS secrets.</summary>
    public const int SecretLength = 40;

    private const int SeedBytes = 32;

    /// <summary>Letters and digits that cannot be taken for one another (RFC 4648 base32).</summary>
    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const string IdPrefix = "GW";

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(IdAlphabet);

    /// <summary>Keeps a seed from answering any other question.</summary>
    private const string Purpose = "gateway access key v1\n";

    private static readonly FileStreamOptions Private = new()
    {
        Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    private readonly byte[] seed;

    public AccessSecrets(StorageRoot storage)
    {
        var file = Path.Combine(storage.Path, "access.seed");
        if (!File.Exists(file))
        {
            // The draft has the mode before it has the bytes.
            File.Open(DurableFiles.DraftOf(file), Private).Dispose();
            DurableFiles.Replace(file, RandomNumberGenerator.GetBytes(SeedBytes));
        }

        seed = BoundedFile.Read(file, SeedBytes).Succeeded(out var read, out _) && read.Length == SeedBytes
            ? read
            : throw new InvalidDataException($"{file} is damaged; restore it from a backup, or delete it, which ends every access key.");
    }

    /// <summary>An id for a new key.</summary>
    public static string NewId() => IdPrefix + RandomNumberGenerator.GetString(IdAlphabet, IdLength - IdPrefix.Length);

    /// <summary>True for what <see cref="NewId"/> could have made.</summary>
    public static bool IsId(ReadOnlySpan<char> text) =>
        text.Length == IdLength && text.StartsWith(IdPrefix, StringComparison.Ordinal) && !text.ContainsAnyExcept(IdCharacters);

    /// <summary>The secret of a key.</summary>
    public string SecretOf(string id)
    {
        var mac = HMACSHA256.HashData(seed, Encoding.ASCII.GetBytes(Purpose + id));
        return Convert.ToHexStringLower(mac.AsSpan(0, SecretLength / 2));
    }

    /// <summary>Compares without telling by its time where a difference is.</summary>
    public bool IsSecretOf(string id, ReadOnlySpan<char> secret) =>
        secret.Length == SecretLength
        && !secret.ContainsAnyExceptInRange('\0', '\x7f')
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretOf(id)), Encoding.ASCII.GetBytes(secret.ToString()));
}
