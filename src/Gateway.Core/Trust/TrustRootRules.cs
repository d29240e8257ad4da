using Gateway.Core.Manifests;

namespace Gateway.Core.Trust;

/// <summary>What a trust root must satisfy to be signed and to be believed.</summary>
internal static class TrustRootRules
{
    /// <summary>No rule of ours may be broken by one person alone; throwaway roots of dev and demo may have one root key.</summary>
    public const int MinimumRootThreshold = 2;

    /// <summary>Fewest approvers of any class: the submitter never counts, and one other person may be deceived.</summary>
    public const int MinimumApprovals = 2;

    /// <summary>Most approvers of a class: as many as an envelope can carry.</summary>
    public const int MaximumApprovals = Envelope.MaximumSignatures;

    /// <summary>The first rule that is broken, or null.</summary>
    public static Refusal? Check(TrustRootContents root) =>
        CheckRoot(root) ?? CheckPeople(root) ?? CheckMachines(root) ?? CheckKeys(root) ?? CheckClasses(root);

    private static Refusal? CheckRoot(TrustRootContents root)
    {
        if (root.Version < 1 || !StatementText.IsId(root.Site))
        {
            return Invalid("version or site");
        }

        if (root.RootKeys.Count > Envelope.MaximumSignatures || root.RootKeys.Distinct().Count() != root.RootKeys.Count)
        {
            return Invalid($"root keys: more than {Envelope.MaximumSignatures}, or one twice");
        }

        var minimum = root.IsDevelopment ? 1 : MinimumRootThreshold;
        return root.RootThreshold < minimum || root.RootThreshold > root.RootKeys.Count
            ? Invalid($"root threshold {root.RootThreshold} is not from {minimum} to the {root.RootKeys.Count} root keys")
            : null;
    }

    private static Refusal? CheckPeople(TrustRootContents root)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var person in root.People)
        {
            if (!StatementText.IsId(person.Id) || !seen.Add(person.Id))
            {
                return Invalid($"person {person.Id}: not an id, or there twice");
            }

            if (person.Keys.Count == 0)
            {
                return Invalid($"person {person.Id} has no key");
            }

            if (HasDuplicates(person.Roles) || person.Roles.Contains(Role.Inspector))
            {
                return Invalid($"person {person.Id}: a role twice, or inspector, which is for machines");
            }
        }

        return null;
    }

    private static Refusal? CheckMachines(TrustRootContents root)
    {
        var people = root.People.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var machine in root.Machines)
        {
            if (!StatementText.IsId(machine.Id) || !seen.Add(machine.Id))
            {
                return Invalid($"machine {machine.Id}: not an id, or there twice");
            }

            if (!people.Contains(machine.Owner))
            {
                return Invalid($"machine {machine.Id}: its owner {machine.Owner} is not listed");
            }

            if (HasDuplicates(machine.Roles) || machine.Roles.Contains(Role.Approver))
            {
                return Invalid($"machine {machine.Id}: a role twice, or approver, which is for people");
            }
        }

        return null;
    }

    /// <summary>A key names one identity: under two, one holder would count as two.</summary>
    private static Refusal? CheckKeys(TrustRootContents root)
    {
        var owners = new Dictionary<PublicKey, string>();
        var named = root.People.SelectMany(p => p.Keys.Select(key => (key, name: $"person {p.Id}")))
            .Concat(root.Machines.SelectMany(m => m.Keys.Select(key => (key, name: $"machine {m.Id}"))));
        foreach (var (key, name) in named)
        {
            if (!owners.TryAdd(key, name))
            {
                return Invalid($"key {key.KeyId} belongs to {owners[key]} and to {name}");
            }
        }

        return null;
    }

    private static Refusal? CheckClasses(TrustRootContents root)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var listed in root.Classes)
        {
            if (!StatementText.IsId(listed.Name) || !seen.Add(listed.Name))
            {
                return Invalid($"class {listed.Name}: not an id, or there twice");
            }

            if (listed.Approvals < MinimumApprovals)
            {
                return new Refusal(RefusalCode.ClassTooWeak, $"{listed.Name}: {listed.Approvals}");
            }

            if (listed.Approvals > MaximumApprovals)
            {
                return Invalid($"class {listed.Name} asks for more than {MaximumApprovals} approvals");
            }
        }

        return null;
    }

    private static bool HasDuplicates(IReadOnlyList<Role> roles) => roles.Distinct().Count() != roles.Count;

    private static Refusal Invalid(string detail) => new(RefusalCode.TrustRootInvalid, detail);
}
