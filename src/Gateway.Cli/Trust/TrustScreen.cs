using System.Globalization;

namespace Gateway.Cli.Trust;

/// <summary>What people see of a draft or trust root.</summary>
internal static class TrustScreen
{
    /// <summary>Hex digits of a key id in a table: enough to tell keys apart; <c>key show</c> has all.</summary>
    private const int ShortKeyId = 16;

    public static void Show(CommandEnvironment environment, bool json, TrustRootView root)
    {
        if (json)
        {
            environment.Screen.Document(root, CliJson.Default.TrustRootView);
            return;
        }

        var screen = environment.Screen;
        screen.Facts(
            ("site", root.Site),
            ("version", root.Sha256 is null ? "draft" : $"{root.Version}"),
            ("development", root.Development ? "yes: production refuses it" : ""),
            ("expires", root.Expires.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)),
            ("root keys", $"{root.Root.Threshold} of {Keys(root.Root.Keys)}"));
        screen.Table(
            ["Person", "Roles", "Keys"],
            root.People.Select(p => (IReadOnlyList<string>)[p.Id, string.Join(", ", p.Roles), Keys(p.Keys)]));
        screen.Table(
            ["Machine", "Owner", "Roles", "Keys"],
            root.Machines.Select(m => (IReadOnlyList<string>)[m.Id, m.Owner ?? "", string.Join(", ", m.Roles), Keys(m.Keys)]));
        screen.Table(
            ["Class", "Approvals"],
            root.Classes.Select(c => (IReadOnlyList<string>)[c.Name, $"{c.Approvals}"]));
        Signatures(environment, root);
    }

    /// <summary>After a signature: what is still missing comes last.</summary>
    public static void Signed(CommandEnvironment environment, bool json, TrustRootView root)
    {
        if (json)
        {
            environment.Screen.Document(root, CliJson.Default.TrustRootView);
            return;
        }

        Signatures(environment, root);
    }

    private static void Signatures(CommandEnvironment environment, TrustRootView root)
    {
        if (root.Sha256 is null)
        {
            environment.Screen.Line($"draft: sign it with {root.Root.Threshold} of the root keys");
            return;
        }

        environment.Screen.Line($"sha256 {root.Sha256}");
        environment.Screen.Line(root.Missing == 0
            ? $"version {root.Version} is complete: install it on both sides by this digest"
            : $"{root.Signatures} signed, {root.Missing} still missing");
    }

    private static string Keys(IReadOnlyList<string> keyIds) => string.Join(' ', keyIds.Select(k => k[..ShortKeyId]));
}
