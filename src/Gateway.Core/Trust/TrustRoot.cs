using System.Collections.Frozen;
using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>The root of all belief on one side: people, machines, their keys and roles, and how many must agree.</summary>
public sealed class TrustRoot
{
    private readonly FrozenDictionary<(IdentityKind, string), Identity> identities;
    private readonly FrozenDictionary<string, Signer> signersByKeyId;

    private TrustRoot(Digest digest, TrustRootContents contents)
    {
        Digest = digest;
        Contents = contents;
        var people = contents.People.ToDictionary(p => p.Id, p => new Identity(IdentityKind.Person, p.Id, null, p.Roles), StringComparer.Ordinal);
        var machines = contents.Machines.Select(m => new Identity(IdentityKind.Machine, m.Id, m.Owner, m.Roles)).ToArray();
        identities = people.Values.Concat(machines).ToFrozenDictionary(i => (i.Kind, i.Id));
        signersByKeyId = contents.People.SelectMany(p => p.Keys.Select(key => new Signer(key, people[p.Id], people[p.Id])))
            .Concat(contents.Machines.Zip(machines).SelectMany(m => m.First.Keys.Select(key => new Signer(key, m.Second, people[m.First.Owner]))))
            .ToFrozenDictionary(signer => signer.Key.KeyId, StringComparer.Ordinal);
    }

    /// <summary>SHA-256 of the signed payload; what a site pins.</summary>
    public Digest Digest { get; }

    /// <summary>Everything it says.</summary>
    public TrustRootContents Contents { get; }

    public long Version => Contents.Version;

    /// <summary>Id of the organisation or lab.</summary>
    public string Site => Contents.Site;

    /// <summary>Made by <c>gateway dev</c> or <c>demo</c>; production refuses it.</summary>
    public bool IsDevelopment => Contents.IsDevelopment;

    public DateTimeOffset Expires => Contents.Expires;

    /// <summary>
    /// Reads a trust root and verifies it against its own root keys. Refuses with <see cref="RefusalCode.EnvelopeInvalid"/>,
    /// <see cref="RefusalCode.TooManySignatures"/>, <see cref="RefusalCode.TrustRootInvalid"/>, <see cref="RefusalCode.ClassTooWeak"/>
    /// or <see cref="RefusalCode.TrustRootExpired"/>.
    /// </summary>
    public static Outcome<TrustRoot> Open(ReadOnlyMemory<byte> envelope, DateTimeOffset now) =>
        Envelope.Parse(envelope).Succeeded(out var parsed, out var refusal) ? Open(parsed, now) : refusal;

    /// <summary>As <see cref="Open(ReadOnlyMemory{byte}, DateTimeOffset)"/>, of an envelope that was read already.</summary>
    public static Outcome<TrustRoot> Open(Envelope envelope, DateTimeOffset now)
    {
        if (!ReadContents(envelope.Payload).Succeeded(out var contents, out var refusal))
        {
            return refusal;
        }

        var signatures = RootSignatures(envelope, contents);
        if (signatures < contents.RootThreshold)
        {
            return Invalid($"signed by {signatures} of its root keys, {contents.RootThreshold} are needed");
        }

        return now < contents.Expires
            ? new TrustRoot(envelope.PayloadDigest, contents)
            : new Refusal(RefusalCode.TrustRootExpired, StatementText.Write(contents.Expires));
    }

    /// <summary>How many of the root keys that it lists have signed it: what is still missing is the threshold less this.</summary>
    public static int RootSignatures(Envelope envelope, TrustRootContents contents)
    {
        var pae = Dsse.Pae(Dsse.PayloadType, envelope.Payload.Span);
        return envelope.Signatures
            .SelectMany(signature => contents.RootKeys.Where(key => key.KeyId == signature.KeyId && key.Verify(pae, signature.Value.Span)))
            .Distinct()
            .Count();
    }

    /// <summary>Reads a trust root's payload and checks every rule but signatures and expiry.</summary>
    public static Outcome<TrustRootContents> ReadContents(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length > TrustRootJson.MaximumPayloadBytes)
        {
            return Invalid($"longer than {TrustRootJson.MaximumPayloadBytes} bytes");
        }

        if (!TrustRootJson.ReadStatement(payload.Span).Succeeded(out var contents, out var refusal))
        {
            return Invalid(refusal.Detail);
        }

        if (TrustRootRules.Check(contents) is { } broken)
        {
            return broken;
        }

        return StatementWriter.CheckSpelling(payload, writer => TrustRootJson.WriteStatement(writer, contents.Ordered())) is { } spelling
            ? Invalid(spelling.Detail)
            : contents;
    }

    /// <summary>Somebody listed, or null.</summary>
    public Identity? Find(IdentityKind kind, string id) => identities.GetValueOrDefault((kind, id));

    /// <summary>Somebody by URI SAN, or null.</summary>
    public Identity? FindUrn(string urn)
    {
        foreach (var (prefix, kind) in Identity.UrnPrefixes)
        {
            if (urn.StartsWith(prefix, StringComparison.Ordinal))
            {
                return Find(kind, urn[prefix.Length..]);
            }
        }

        return null;
    }

    /// <summary>Distinct approvers that a class needs, two or more. A class that is not listed, or none, needs the most of all.</summary>
    public int ThresholdOf(string? className)
    {
        var listed = Contents.Classes.FirstOrDefault(c => c.Name == className)?.Approvals;
        return listed ?? Contents.Classes.Select(c => c.Approvals).Append(TrustRootRules.MinimumApprovals).Max();
    }

    /// <summary>Whether the class is listed.</summary>
    public bool HasClass(string className) => Contents.Classes.Any(c => c.Name == className);

    /// <summary>
    /// Who signed an envelope, by verification: each key once, in the envelope's order. Signatures that do not verify are not there, nor are
    /// those whose key id is not the one of their key: trying every key would make an envelope cost as many verifications as there are keys.
    /// </summary>
    public IReadOnlyList<Signer> Signers(Envelope envelope)
    {
        var pae = Dsse.Pae(Dsse.PayloadType, envelope.Payload.Span);
        var signers = new List<Signer>();
        foreach (var signature in envelope.Signatures)
        {
            if (signersByKeyId.TryGetValue(signature.KeyId, out var candidate)
                && !signers.Exists(s => s.Key.Equals(candidate.Key))
                && candidate.Key.Verify(pae, signature.Value.Span))
            {
                signers.Add(candidate);
            }
        }

        return signers;
    }

    private static Refusal Invalid(string detail) => new(RefusalCode.TrustRootInvalid, detail);
}
