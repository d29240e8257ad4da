using Gateway.Core.Trust;

namespace Gateway.Cli.Dev;

/// <summary>Somebody who plays a part in a throwaway site.</summary>
/// <param name="Context">Name of their context.</param>
/// <param name="Kind">Person or machine.</param>
/// <param name="Id">Id in the trust root, and name of their files.</param>
/// <param name="Roles">What they may do.</param>
/// <param name="SeesLow">Whether their context names the low side.</param>
/// <param name="SeesHigh">Whether it names the high side.</param>
internal sealed record Actor(string Context, IdentityKind Kind, string Id, IReadOnlyList<Role> Roles, bool SeesLow, bool SeesHigh)
{
    public string Urn => Kind == IdentityKind.Person ? $"urn:gateway:person:{Id}" : $"urn:gateway:machine:{Id}";
}

/// <summary>The people and machines of a throwaway site.</summary>
internal static class Cast
{
    /// <summary>The low gateway, which signs inspections.</summary>
    public const string LowMachine = "gateway-low-1";

    /// <summary>Who answers for the machines.</summary>
    public const string MachineOwner = "frank";

    public static IReadOnlyList<Actor> Actors { get; } =
    [
        new("engineer", IdentityKind.Person, "alice", [Role.Engineer], SeesLow: true, SeesHigh: false),
        new("approver-1", IdentityKind.Person, "bob", [Role.Approver], SeesLow: true, SeesHigh: false),
        new("approver-2", IdentityKind.Person, "carol", [Role.Approver], SeesLow: true, SeesHigh: false),
        new("team-lead", IdentityKind.Person, "grace", [Role.Engineer, Role.Approver], SeesLow: true, SeesHigh: false),
        new("importer", IdentityKind.Machine, "trainer", [Role.Importer], SeesLow: false, SeesHigh: true),
        new("auditor", IdentityKind.Person, "erin", [Role.Auditor], SeesLow: true, SeesHigh: true),
        new("admin", IdentityKind.Person, MachineOwner, [Role.Admin], SeesLow: true, SeesHigh: true),
    ];
}
