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

    /// <summary>Id of the organisation or lab.</summary>
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

    /// <summary>The same in the order in which it is signed: everything by id, so that one content has one digest.</summary>
    internal TrustRootContents Ordered() => this with
    {
        People = [.. People.OrderBy(p => p.Id, StringComparer.Ordinal).Select(p => p with { Roles = Order(p.Roles), Keys = Order(p.Keys) })],
        Machines = [.. Machines.OrderBy(m => m.Id, StringComparer.Ordinal).Select(m => m with { Roles = Order(m.Roles), Keys = Order(m.Keys) })],
        Classes = [.. Classes.OrderBy(c => c.Name, StringComparer.Ordinal)],
        RootKeys = Order(RootKeys),
    };

    /// <summary>Every key that is named, once, by key id.</summary>
    internal IEnumerable<PublicKey> AllKeys() =>
        Order([.. People.SelectMany(p => p.Keys).Concat(Machines.SelectMany(m => m.Keys)).Concat(RootKeys).Distinct()]);

    private static Role[] Order(IReadOnlyList<Role> roles) => [.. roles.Order()];

    private static PublicKey[] Order(IReadOnlyList<PublicKey> keys) => [.. keys.OrderBy(k => k.KeyId, StringComparer.Ordinal)];
}
