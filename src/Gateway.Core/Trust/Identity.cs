namespace Gateway.Core.Trust;

/// <summary>A person, or a machine that a person answers for.</summary>
public enum IdentityKind
{
    Person = 1,
    Machine = 2,
}

/// <summary>What an identity may do.</summary>
public enum Role
{
    /// <summary>Submits.</summary>
    Engineer = 1,

    /// <summary>Approves; people only.</summary>
    Approver = 2,

    /// <summary>Reads imports on the high side.</summary>
    Importer = 3,

    /// <summary>Reads everything, on both sides.</summary>
    Auditor = 4,

    /// <summary>Runs a gateway: cancels, deletes from quarantine, rechecks.</summary>
    Admin = 5,

    /// <summary>Signs inspections; machines only.</summary>
    Inspector = 6,
}

/// <summary>Somebody that the trust root lists.</summary>
/// <param name="Kind">Person or machine.</param>
/// <param name="Id">Unique within its kind.</param>
/// <param name="Owner">The person who answers for a machine; null for a person.</param>
/// <param name="Roles">What it may do, without duplicates.</param>
public sealed record Identity(IdentityKind Kind, string Id, string? Owner, IReadOnlyList<Role> Roles)
{
    private const string PersonPrefix = "urn:gateway:person:";
    private const string MachinePrefix = "urn:gateway:machine:";

    /// <summary>URI SAN that a certificate carries: <c>urn:gateway:person:&lt;id&gt;</c> or <c>urn:gateway:machine:&lt;id&gt;</c>.</summary>
    public string Urn => (Kind == IdentityKind.Person ? PersonPrefix : MachinePrefix) + Id;

    internal static IReadOnlyList<(string Prefix, IdentityKind Kind)> UrnPrefixes { get; } =
        [(PersonPrefix, IdentityKind.Person), (MachinePrefix, IdentityKind.Machine)];

    public bool Has(Role role) => Roles.Contains(role);

    public bool Equals(Identity? other) => other is not null && Kind == other.Kind && Id == other.Id;

    public override int GetHashCode() => HashCode.Combine(Kind, Id);

    public override string ToString() => Urn;
}

/// <summary>Who made a signature that verified.</summary>
/// <param name="Key">The verifying key.</param>
/// <param name="Identity">Whom the trust root says it belongs to.</param>
/// <param name="Person">The identity itself, or the person who answers for the machine.</param>
public sealed record Signer(PublicKey Key, Identity Identity, Identity Person);
