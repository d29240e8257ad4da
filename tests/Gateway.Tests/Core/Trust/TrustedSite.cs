using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;

namespace Gateway.Tests.Core.Trust;

/// <summary>A small site with people who may be tempted: everything that trust tests are about.</summary>
internal sealed class TrustedSite
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    public static readonly SigningKey Root1 = SigningKey.Generate(KeyKind.EcdsaP384);
    public static readonly SigningKey Root2 = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Submits, and also holds the approver role and a second key.</summary>
    public static readonly SigningKey Alice = SigningKey.Generate(KeyKind.EcdsaP384);
    public static readonly SigningKey AliceSecond = SigningKey.Generate(KeyKind.Ed25519);

    public static readonly SigningKey Bob = SigningKey.Generate(KeyKind.EcdsaP384);
    public static readonly SigningKey BobSecond = SigningKey.Generate(KeyKind.Ed25519);
    public static readonly SigningKey Carol = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>An auditor, no approver.</summary>
    public static readonly SigningKey Dave = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Submits for Bob.</summary>
    public static readonly SigningKey BuildMachine = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>The low gateway.</summary>
    public static readonly SigningKey Inspector = SigningKey.Generate(KeyKind.EcdsaP384);

    public static readonly SigningKey Stranger = SigningKey.Generate(KeyKind.Ed25519);

    public static TrustRootDraft Draft { get; } = TrustRootDraft
        .Start("lab", development: false, Now.AddDays(365), [Root1.Public, Root2.Public], rootThreshold: 2)
        .With(new TrustedPerson("alice", [Role.Engineer, Role.Approver], [Alice.Public, AliceSecond.Public]))
        .With(new TrustedPerson("bob", [Role.Approver], [Bob.Public, BobSecond.Public]))
        .With(new TrustedPerson("carol", [Role.Approver, Role.Admin], [Carol.Public]))
        .With(new TrustedPerson("dave", [Role.Auditor], [Dave.Public]))
        .With(new TrustedMachine("build", "bob", [Role.Engineer], [BuildMachine.Public]))
        .With(new TrustedMachine("gateway-low", "dave", [Role.Inspector], [Inspector.Public]))
        .With(new TrustedClass("internal", 2))
        .With(new TrustedClass("secret", 3));

    public static TrustRoot Root { get; } = Value(TrustRoot.Open(Envelope.Sign(Value(Draft.ToPayload()), Root1, Root2).ToBytes(), Now));

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    public static RefusalCode? CodeOf<T>(Outcome<T> outcome)
        where T : notnull => outcome.Refusal?.Code;

    public static Manifest ManifestBy(string submitter = "alice", string className = "internal") => Value(Manifest.Create(
        new ManifestHead(
            Value(ArtifactName.Parse(ArtifactKind.Checkpoint, "org/llm", "1.0")), className, submitter, "evaluation", "Apache-2.0", "https://example.org/llm@1"),
        [File("model.safetensors", 4096, "safetensors"), File("config.json", 17, "json"), File("README.md", 0, "text")]));

    public static SignedManifest Signed(Manifest manifest, SigningKey key) => Value(SignedManifest.Open(Envelope.Sign(manifest.ToPayload(), key), Root));

    public static InspectionReport Report(Digest manifest) => new()
    {
        ManifestDigest = manifest,
        VerifierVersion = "1",
        Files = [.. Enumerable.Repeat(new InspectedFile("text", "text/1", [], [], []), 3)],
        ArtifactFindings = [],
        Totals = [],
        NotChecked = ["meaning of text"],
        Previous = null,
        SecondOpinion = null,
    };

    public static SignedInspection Inspected(Digest manifest) =>
        Value(SignedInspection.Open(Envelope.Sign(Report(manifest).ToPayload(), Inspector), Root, manifest));

    public static ReleaseContext Context { get; } = new()
    {
        Sequence = 7,
        Destination = "enclave-a",
        Lane = "lane-1",
        PolicyDigest = Digest.Of("policy"u8),
        PolicyVersion = 3,
        TrustRootVersion = 1,
        TransferId = "0190a0b0c0d07000800000000000abcd",
        NotBefore = Now.AddHours(-1),
        NotAfter = Now.AddDays(7),
    };

    public static Release ReleaseOf(SignedManifest manifest) => ReleaseBinding.Build(manifest, Inspected(manifest.Digest), Context);

    private static ManifestFile File(string path, long bytes, string format) =>
        new(Value(ArtifactPath.Parse(path)), bytes, Digest.Of(System.Text.Encoding.UTF8.GetBytes(path)), format);
}
