namespace Gateway.Core.Trust;

/// <summary>A trust root that people still edit. Only signing makes a version of it.</summary>
/// <param name="Contents">What it says so far.</param>
public sealed record TrustRootDraft(TrustRootContents Contents)
{
    /// <summary>An empty draft of version 1.</summary>
    public static TrustRootDraft Start(string site, bool development, DateTimeOffset expires, IReadOnlyList<PublicKey> rootKeys, int rootThreshold) =>
        throw new NotSupportedException("Lands next.");

    /// <summary>Reads a draft file.</summary>
    public static Outcome<TrustRootDraft> Parse(ReadOnlyMemory<byte> json) => throw new NotSupportedException("Lands next.");

    /// <summary>The draft file: indented JSON that people may read and edit.</summary>
    public byte[] ToBytes() => throw new NotSupportedException("Lands next.");

    public TrustRootDraft With(TrustedPerson person) => new(Contents with { People = [.. Contents.People, person] });

    public TrustRootDraft With(TrustedMachine machine) => new(Contents with { Machines = [.. Contents.Machines, machine] });

    public TrustRootDraft With(TrustedClass named) => new(Contents with { Classes = [.. Contents.Classes, named] });

    /// <summary>The statement to be signed. Refuses with <see cref="RefusalCode.TrustRootInvalid"/> or <see cref="RefusalCode.ClassTooWeak"/>, naming the first fault.</summary>
    public Outcome<byte[]> ToPayload() => throw new NotSupportedException("Lands next.");
}
