using Gateway.Core.Trust;

namespace Gateway.Tests.High;

/// <summary>Those whom the test enclave's trust root lists, with their keys.</summary>
internal sealed class TestPeople : IDisposable
{
    private readonly SigningKey[] rootKeys = [SigningKey.Generate(KeyKind.Ed25519), SigningKey.Generate(KeyKind.Ed25519)];

    /// <summary>Engineer.</summary>
    public SigningKey Eva { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    /// <summary>Approvers.</summary>
    public SigningKey Ann { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public SigningKey Bob { get; } = SigningKey.Generate(KeyKind.Ed25519);

    public SigningKey BobsOther { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public SigningKey Cara { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Engineer and approver.</summary>
    public SigningKey Dora { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Importer.</summary>
    public SigningKey Ivo { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Admin.</summary>
    public SigningKey Ada { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Admins.</summary>
    public SigningKey Dave { get; } = SigningKey.Generate(KeyKind.Ed25519);

    public SigningKey Erin { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Machine that administers; Dave answers for it.</summary>
    public SigningKey DavesRobot { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Machine that submits; Ann answers for it.</summary>
    public SigningKey AnnsPipeline { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>The low gateway.</summary>
    public SigningKey Inspector { get; } = SigningKey.Generate(KeyKind.Ed25519);

    /// <summary>Listed nowhere.</summary>
    public SigningKey Stranger { get; } = SigningKey.Generate(KeyKind.EcdsaP384);

    public TrustRoot Root(DateTimeOffset now, long version = 1) =>
        TrustRoot.Open(RootEnvelope(now, version), now).Succeeded(out var root, out var refusal) ? root : throw new InvalidOperationException(refusal.ToString());

    /// <summary>The same as a file holds it.</summary>
    public byte[] RootEnvelope(DateTimeOffset now, long version = 1)
    {
        var draft = TrustRootDraft.Start("lab", development: true, now.AddDays(365), [.. rootKeys.Select(key => key.Public)], rootThreshold: 2)
            .With(new TrustedPerson("eva", [Role.Engineer], [Eva.Public]))
            .With(new TrustedPerson("ann", [Role.Approver], [Ann.Public]))
            .With(new TrustedPerson("bob", [Role.Approver], [Bob.Public, BobsOther.Public]))
            .With(new TrustedPerson("cara", [Role.Approver, Role.Importer], [Cara.Public]))
            .With(new TrustedPerson("dora", [Role.Engineer, Role.Approver], [Dora.Public]))
            .With(new TrustedPerson("ivo", [Role.Importer], [Ivo.Public]))
            .With(new TrustedPerson("ada", [Role.Admin], [Ada.Public]))
            .With(new TrustedPerson("dave", [Role.Admin], [Dave.Public]))
            .With(new TrustedPerson("erin", [Role.Admin], [Erin.Public]))
            .With(new TrustedMachine("daves-robot", "dave", [Role.Admin], [DavesRobot.Public]))
            .With(new TrustedMachine("anns-pipeline", "ann", [Role.Engineer], [AnnsPipeline.Public]))
            .With(new TrustedMachine("gateway-low", "dora", [Role.Inspector], [Inspector.Public]))
            .With(new TrustedClass("internal", 2))
            .With(new TrustedClass("restricted", 3));
        var payload = (draft with { Contents = draft.Contents with { Version = version } }).ToPayload();
        return payload.Succeeded(out var bytes, out var refusal) ? Envelope.Sign(bytes, rootKeys).ToBytes() : throw new InvalidOperationException(refusal.ToString());
    }

    public void Dispose()
    {
        foreach (var key in (SigningKey[])[.. rootKeys, Eva, Ann, Bob, BobsOther, Cara, Dora, Ivo, Ada, Dave, Erin, DavesRobot, AnnsPipeline, Inspector, Stranger])
        {
            key.Dispose();
        }
    }
}
