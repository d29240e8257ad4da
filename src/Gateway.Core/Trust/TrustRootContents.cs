namespace Gateway.Core.Trust;

/// <summary>A person as a trust root lists them.</summary>
public sealed record TrustedPerson(string Id, IReadOnlyList<Role> Roles, IReadOnlyList<PublicKey> Keys);

/// <summary>A machine as a trust root lists it; <paramref name="Owner"/> is the person who answers for it.</summary>
public sealed record TrustedMachine(string Id, string Owner, IReadOnlyList<Role> Roles, IReadOnlyList<PublicKey> Keys);

/// <summary>A class and the distinct approvers that it needs.</summary>
public sealed record TrustedClass(string Name, int Approvals);

/// <summary>What a trust root says, signed or not yet.</summary>
public sealed record TrustRootContents
{
    public required long Version { get; init; }

    public required string Site { get; init; }

    public required bool IsDevelopment { get; init; }

    /// <summary>Whole seconds, UTC.</summary>
    public required DateTimeOffset Expires { get; init; }

    public required IReadOnlyList<TrustedPerson> People { get; init; }

    public required IReadOnlyList<TrustedMachine> Machines { get; init; }

    public required IReadOnlyList<TrustedClass> Classes { get; init; }

    public required IReadOnlyList<PublicKey> RootKeys { get; init; }

    /// <summary>Root keys that must sign this version.</summary>
    public required int RootThreshold { get; init; }
}
