using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.SystemTests.Site;

/// <summary>The people and machines of a test site, their keys, and the trust root that lists them.</summary>
internal sealed class Keyring : IDisposable
{
    private static readonly DateTimeOffset Expires = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddDays(300).ToUnixTimeSeconds());

    private readonly SigningKey root = SigningKey.Generate(KeyKind.EcdsaP384);
    private readonly SigningKey secondRoot = SigningKey.Generate(KeyKind.Ed25519);

    public Keyring()
    {
        var contents = new TrustRootContents
        {
            Version = 1,
            Site = "test-site",
            IsDevelopment = true,
            Expires = Expires,
            People =
            [
                new("alice", [Role.Engineer], [Alice.Public]),
                new("bob", [Role.Approver], [Bob.Public]),
                new("carol", [Role.Approver], [Carol.Public]),
                new("dave", [Role.Approver], [Dave.Public, DaveToken.Public]),
                new("erin", [Role.Engineer, Role.Approver], [Erin.Public]),
                new("ivan", [Role.Importer, Role.Auditor], [Ivan.Public]),
            ],
            Machines =
            [
                new("low", "ivan", [Role.Inspector], [Low.Public]),
                new("builder", "bob", [Role.Engineer], [Builder.Public]),
            ],
            Classes = [new("internal", 2), new("restricted", 3)],
            RootKeys = [root.Public, secondRoot.Public],
            RootThreshold = 2,
        };
        var payload = new TrustRootDraft(contents).ToPayload().Succeeded(out var bytes, out var refusal) ? bytes : throw new InvalidOperationException(refusal.ToString());
        TrustRoot = Envelope.Sign(payload, root, secondRoot);
    }

    public SigningKey Alice { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public SigningKey Bob { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public SigningKey Carol { get; } = SigningKey.Generate(KeyKind.Ed25519);

    public SigningKey Dave { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    /// <summary>Dave's second key: two keys, still one person.</summary>
    public SigningKey DaveToken { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>An engineer who is an approver too.</summary>
    public SigningKey Erin { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public SigningKey Ivan { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    /// <summary>The low gateway's machine key.</summary>
    public SigningKey Low { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    /// <summary>A build machine that submits, owned by Bob.</summary>
    public SigningKey Builder { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>A key that no trust root lists.</summary>
    public SigningKey Stranger { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public Envelope TrustRoot { get; }

    public Digest TrustRootDigest => TrustRoot.PayloadDigest;

    public void Dispose()
    {
        foreach (var key in (SigningKey[])[root, secondRoot, Alice, Bob, Carol, Dave, DaveToken, Erin, Ivan, Low, Builder, Stranger])
        {
            key.Dispose();
        }
    }
}
