using System.Text;
using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Trust;
using Gateway.Core.Wire;

namespace Gateway.Cli.Dev;

/// <summary>
/// Everything that a site needs, on one machine and in one directory: authority, certificates, keys, the lane's key, trust root, policy. The trust root says of itself that
/// it is for development, and a production configuration refuses it.
/// </summary>
/// <param name="Directory">Where it is.</param>
/// <param name="TrustRootDigest">Digest of the trust root.</param>
/// <param name="PolicyDigest">Digest of the policy bundle.</param>
internal sealed record ThrowawaySite(string Directory, Digest TrustRootDigest, Digest PolicyDigest)
{
    /// <summary>The enclave's id.</summary>
    public const string Enclave = "enclave-a";

    /// <summary>The lane's id.</summary>
    public const string Lane = "lane-1";

    public string TrustRootFile => Path.Combine(Directory, "root.dsse.json");

    public string PolicyDirectory => Path.Combine(Directory, "policy");

    public string LowData => Path.Combine(Directory, "low");

    public string HighData => Path.Combine(Directory, "high");

    /// <summary>Key of the lane; on one machine both sides read the same file.</summary>
    public string LaneKeyFile => Path.Combine(Directory, "lane.key");

    public string ContextsFile => Path.Combine(Directory, "contexts.json");

    /// <summary>Signing key of somebody of the cast, or of the low machine.</summary>
    public string SigningKeyOf(string id) => Path.Combine(Directory, $"{id}.signing.pem");

    /// <summary>Uses what is in the directory, or makes it. A directory made in part is made anew: its trust root is written last.</summary>
    public static ThrowawaySite OpenOrCreate(string directory, TimeProvider time)
    {
        System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var site = new ThrowawaySite(directory, default, default);
        CopyPolicy(site.PolicyDirectory);
        var policy = Policy.PolicyDirectory.Read(site.PolicyDirectory).Digest;
        if (!File.Exists(site.TrustRootFile))
        {
            Create(site, time);
        }

        if (!File.Exists(site.LaneKeyFile))
        {
            PrivateFile.Create(site.LaneKeyFile, LaneKey.Generate().ToText());
        }

        var root = Signing.PinnedTrustRoot.Open(site.TrustRootFile, digest: null, time);
        return root.IsDevelopment
            ? site with { TrustRootDigest = root.Digest, PolicyDigest = policy }
            : throw CommandStop.Usage($"{site.TrustRootFile} is not a trust root for development: name another directory");
    }

    private static void Create(ThrowawaySite site, TimeProvider time)
    {
        var authority = ThrowawayAuthority.Create(site.Directory, time);
        authority.IssueServer("low");
        authority.IssueServer("high");
        using var firstRootKey = NewKey(site, "root-1");
        using var secondRootKey = NewKey(site, "root-2");
        var expires = time.GetUtcNow() + ThrowawayAuthority.Validity;
        var draft = TrustRootDraft.Start(
            "development", development: true, new DateTimeOffset(expires.Ticks - (expires.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero),
            [firstRootKey.Public, secondRootKey.Public], rootThreshold: 2);
        foreach (var actor in Cast.Actors)
        {
            authority.IssueClient(actor.Id, actor.Urn);
            using var key = NewKey(site, actor.Id);
            draft = actor.Kind == IdentityKind.Person
                ? draft.With(new TrustedPerson(actor.Id, actor.Roles, [key.Public]))
                : draft.With(new TrustedMachine(actor.Id, Cast.MachineOwner, actor.Roles, [key.Public]));
        }

        using var inspector = NewKey(site, Cast.LowMachine);
        draft = draft
            .With(new TrustedMachine(Cast.LowMachine, Cast.MachineOwner, [Role.Inspector], [inspector.Public]))
            .With(new TrustedClass("public", 2))
            .With(new TrustedClass("internal", 2));
        var envelope = Envelope.Sign(draft.ToPayload().OrStop(), firstRootKey, secondRootKey);
        PrivateFile.Write(site.TrustRootFile, Encoding.UTF8.GetString(envelope.ToBytes()));
    }

    private static SigningKey NewKey(ThrowawaySite site, string id)
    {
        var key = SigningKey.Generate(KeyKind.EcdsaP384);
        PrivateFile.Write(site.SigningKeyOf(id), key.ToPem(passphrase: null));
        return key;
    }

    /// <summary>The shipped bundle, beside this program.</summary>
    private static void CopyPolicy(string target)
    {
        if (System.IO.Directory.Exists(target))
        {
            return;
        }

        var shipped = Path.Combine(AppContext.BaseDirectory, "policies", "default");
        foreach (var file in System.IO.Directory.EnumerateFiles(shipped, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(shipped, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
