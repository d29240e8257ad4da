using System.Text;
using Gateway.Core.Policy;

namespace Gateway.Tests.Core.Policy;

/// <summary>Bundles written in a test: the shipped schema, rules of the test's own, and one case.</summary>
internal sealed record BundleText
{
    public const string TwoApprovals =
        """
        @id("two-approvals") @reason("two approve") @fix("collect two")
        permit (principal, action, resource) when { context.approvals >= 2 };

        """;

    public static string ShippedDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "policies", "default");

    public string Rules { get; init; } = TwoApprovals;

    public string Schema { get; init; } = File.ReadAllText(Path.Combine(ShippedDirectory, "schema.cedarschema"));

    public string Description { get; init; } = """{"name":"tested","version":3}""";

    public string Cases { get; init; } = $"[{CaseOf("nobody approved", "\"approvals\":0", "deny")}]";

    public static string CaseOf(string name, string approvals, string decision, string rules = "[]") =>
        $$$"""
        {"name":"{{{name}}}","request":{"submitter":"alice","kind":"dataset","name":"acme/corpus","version":"1","destination":"enclave-a",
        "lane":"lane-1","formats":["jsonl"],"findings":[],"severities":[],"files":1,"bytes":10},{{{approvals}}},
        "expect":{"decision":"{{{decision}}}","rules":{{{rules}}}}}
        """;

    public static string Forbid(string id, string condition) =>
        $"@id(\"{id}\") @reason(\"it must not\") @fix(\"do not\")\nforbid (principal, action, resource) when {{ {condition} }};\n";

    public static PolicyBundle Shipped() => EngineFixture.Taken(PolicyBundle.Read(
        Directory.EnumerateFiles(ShippedDirectory, "*", SearchOption.AllDirectories)
            .Select(f => new PolicySource(Path.GetRelativePath(ShippedDirectory, f).Replace('\\', '/'), () => File.OpenRead(f)))));

    public Dictionary<string, ReadOnlyMemory<byte>> Files() => new()
    {
        ["bundle.json"] = Encoding.UTF8.GetBytes(Description),
        ["schema.cedarschema"] = Encoding.UTF8.GetBytes(Schema),
        ["rules.cedar"] = Encoding.UTF8.GetBytes(Rules),
        ["cases/cases.json"] = Encoding.UTF8.GetBytes(Cases),
    };

    public PolicyBundle Open() => EngineFixture.Taken(PolicyBundle.Open(Files()));
}
