using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Hosting.Calls;
using Gateway.Storage.High;

namespace Gateway.High.Import.Access;

/// <summary>A program that proved to hold a key which is valid now.</summary>
internal sealed class Reader
{
    private readonly AccessKeyRecord key;

    internal Reader(AccessKeyRecord key, string secret) => (this.key, Secret) = (key, secret);

    public string KeyId => key.Id;

    public string Owner => key.Owner;

    public string Label => key.Label;

    /// <summary>The key's secret, with which requests are signed.</summary>
    public string Secret { get; }

    /// <summary>True where the key is for an artifact, <c>org/name</c>, that need not exist.</summary>
    public bool MayRead(string name) => key.Scopes.Any(scope => AccessScope.Includes(scope, name));

    /// <summary>Refuses with <see cref="RefusalCode.OutsideScope"/>, whether the artifact exists or not: a key tells nothing of what it is not for.</summary>
    public Refusal? Require(string name) => MayRead(name) ? null : new Refusal(RefusalCode.OutsideScope, name);
}

/// <summary>Finds who reads over HTTP. A key opens something while it is neither expired nor revoked and the trust root still lets its owner import.</summary>
internal sealed class AccessGate(HighCatalog catalog, AccessSecrets secrets, TrustRoot trustRoot, TimeProvider time)
{
    /// <summary>Begins a token; <c>llama.cpp</c> sends none of another form.</summary>
    private const string TokenPrefix = "hf_";

    private static readonly Role[] Readers = [Role.Importer, Role.Admin];

    /// <summary>The token of a key.</summary>
    public static string TokenOf(string id, string secret) => TokenPrefix + id + secret;

    /// <summary>The holder of a token. Refuses with <see cref="RefusalCode.AccessKeyInvalid"/>.</summary>
    public async Task<Outcome<Reader>> FindByTokenAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length != TokenPrefix.Length + AccessSecrets.IdLength + AccessSecrets.SecretLength || !token.StartsWith(TokenPrefix, StringComparison.Ordinal))
        {
            return Invalid("no token of this gateway");
        }

        var id = token.Substring(TokenPrefix.Length, AccessSecrets.IdLength);
        return AccessSecrets.IsId(id) && secrets.IsSecretOf(id, token.AsSpan(TokenPrefix.Length + AccessSecrets.IdLength))
            ? await FindByIdAsync(id, cancellationToken)
            : Invalid("no token of this gateway");
    }

    /// <summary>The holder of a key, where the request proves the secret by other means. Refuses with <see cref="RefusalCode.AccessKeyInvalid"/>.</summary>
    public async Task<Outcome<Reader>> FindByIdAsync(string id, CancellationToken cancellationToken)
    {
        if (!AccessSecrets.IsId(id) || await catalog.FindAccessKeyAsync(id, cancellationToken) is not { } key)
        {
            return Invalid("no key of this gateway");
        }

        var now = time.GetUtcNow();
        return key.Revoked is not null ? Invalid("revoked")
            : key.Expires <= now ? Invalid("expired")
            : trustRoot.Expires <= now ? Invalid("the trust root is expired")
            : MayImport(key.Owner) ? new Reader(key, secrets.SecretOf(id))
            : Invalid("its owner may not import any more");
    }

    private bool MayImport(string owner) =>
        Caller.Find(trustRoot, owner) is { } identity && Readers.Any(role => identity.Has(role));

    private static Refusal Invalid(string detail) => new(RefusalCode.AccessKeyInvalid, detail);
}
