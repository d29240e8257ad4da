using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.Cli.Trust;

/// <summary>A draft or trust root as JSON. <c>sha256</c> is what configurations and contexts pin; null for a draft, which may still change.</summary>
internal sealed record TrustRootView(
    string Site,
    long Version,
    bool Development,
    DateTimeOffset Expires,
    string? Sha256,
    int Signatures,
    int Missing,
    RootView Root,
    IReadOnlyList<ListedView> People,
    IReadOnlyList<ListedView> Machines,
    IReadOnlyList<ClassView> Classes)
{
    public static TrustRootView Of(TrustRootDraft draft) => Of(draft.Contents, null, 0);

    public static TrustRootView Of(TrustRootContents contents, Digest? digest, int signatures) => new(
        contents.Site,
        contents.Version,
        contents.IsDevelopment,
        contents.Expires,
        digest?.Hex,
        signatures,
        Math.Max(0, contents.RootThreshold - signatures),
        new RootView(contents.RootThreshold, Ids(contents.RootKeys)),
        [.. contents.People.Select(p => new ListedView(p.Id, null, Names(p.Roles), Ids(p.Keys)))],
        [.. contents.Machines.Select(m => new ListedView(m.Id, m.Owner, Names(m.Roles), Ids(m.Keys)))],
        [.. contents.Classes.Select(c => new ClassView(c.Name, c.Approvals))]);

    private static string[] Ids(IReadOnlyList<PublicKey> keys) => [.. keys.Select(k => k.KeyId)];

    private static string[] Names(IReadOnlyList<Role> roles) => [.. roles.Select(RoleName.Of)];
}

/// <summary>Root keys, by id, and how many of them must sign.</summary>
internal sealed record RootView(int Threshold, IReadOnlyList<string> Keys);

/// <summary>A person, or a machine with its owner; keys by id.</summary>
internal sealed record ListedView(string Id, string? Owner, IReadOnlyList<string> Roles, IReadOnlyList<string> Keys);

/// <summary>A class and the approvers that it needs.</summary>
internal sealed record ClassView(string Name, int Approvals);
