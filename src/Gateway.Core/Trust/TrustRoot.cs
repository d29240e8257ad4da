namespace Gateway.Core.Trust;

/// <summary>The root of all belief on one side: people, machines, their keys and roles, and how many must agree.</summary>
public sealed class TrustRoot
{
    private TrustRoot(Digest digest, TrustRootContents contents)
    {
        Digest = digest;
        Contents = contents;
    }

    /// <summary>SHA-256 of the signed payload; what a site pins.</summary>
    public Digest Digest { get; }

    /// <summary>Everything it says.</summary>
    public TrustRootContents Contents { get; }

    public long Version => Contents.Version;

    /// <summary>Name of the organisation or lab.</summary>
    public string Site => Contents.Site;

    /// <summary>Made by <c>gateway dev</c> or <c>demo</c>; production refuses it.</summary>
    public bool IsDevelopment => Contents.IsDevelopment;

    public DateTimeOffset Expires => Contents.Expires;

    /// <summary>
    /// Reads a trust root and verifies it against its own root keys. Refuses with <see cref="RefusalCode.EnvelopeInvalid"/>,
    /// <see cref="RefusalCode.TooManySignatures"/>, <see cref="RefusalCode.TrustRootInvalid"/>, <see cref="RefusalCode.ClassTooWeak"/>
    /// or <see cref="RefusalCode.TrustRootExpired"/>.
    /// </summary>
    public static Outcome<TrustRoot> Open(ReadOnlyMemory<byte> envelope, DateTimeOffset now) => throw new NotSupportedException("Lands next.");

    /// <summary>Somebody listed, or null.</summary>
    public Identity? Find(IdentityKind kind, string id) => throw new NotSupportedException("Lands next.");

    /// <summary>Somebody by URI SAN, or null.</summary>
    public Identity? FindUrn(string urn) => throw new NotSupportedException("Lands next.");

    /// <summary>Distinct approvers that a class needs, two or more. A class that is not listed, or none, needs the most of all.</summary>
    public int ThresholdOf(string? className) => throw new NotSupportedException("Lands next.");

    /// <summary>Whether the class is listed.</summary>
    public bool HasClass(string className) => throw new NotSupportedException("Lands next.");

    /// <summary>Who signed an envelope, by verification: each key once, in the envelope's order. Signatures that do not verify are not there.</summary>
    public IReadOnlyList<Signer> Signers(Envelope envelope) => throw new NotSupportedException("Lands next.");
}
