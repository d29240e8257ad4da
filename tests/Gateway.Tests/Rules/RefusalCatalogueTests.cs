using System.Text.RegularExpressions;
using Gateway.Core;
using Google.Protobuf.Reflection;
using Xunit;
using ProtoCode = Gateway.Protocol.V1.RefusalCode;

namespace Gateway.Tests.Rules;

public sealed partial class RefusalCatalogueTests
{
    [Fact]
    public void Proto_enum_mirrors_the_catalogue()
    {
        var proto = Gateway.Protocol.V1.RefusalReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(RefusalCode));
        var expected = RefusalCatalogue.Entries.Select(e => (Name: "REFUSAL_CODE_" + e.Name, Number: (int)e.Code)).Prepend(("REFUSAL_CODE_UNSPECIFIED", 0));
        Assert.Equal(expected, proto.Values.Select(v => (v.Name, v.Number)));
        Assert.Equal(Enum.GetNames<RefusalCode>(), Enum.GetNames<ProtoCode>());
    }

    [Fact]
    public void Every_code_has_one_entry_with_two_sentences()
    {
        Assert.Equal(Enum.GetValues<RefusalCode>().Where(c => c != RefusalCode.Unspecified), RefusalCatalogue.Entries.Select(e => e.Code));
        Assert.All(RefusalCatalogue.Entries, e =>
        {
            Assert.Matches("^[A-Z][A-Z0-9_]{2,62}$", e.Name);
            Assert.Equal(e.Name, SnakeCase().Replace(e.Code.ToString(), "_").ToUpperInvariant());
            Assert.EndsWith(".", e.What, StringComparison.Ordinal);
            Assert.EndsWith(".", e.WayOut, StringComparison.Ordinal);
            Assert.NotEqual(e.What, e.WayOut);
        });
    }

    [Fact]
    public void Every_code_is_produced_by_the_product_and_by_some_test()
    {
        var product = Text("src", "Refusal.cs");
        var tests = Text("tests", "RefusalCatalogueTests.cs");
        foreach (var entry in RefusalCatalogue.Entries)
        {
            Assert.True(product.Contains($"RefusalCode.{entry.Code}", StringComparison.Ordinal), $"{entry.Name} is refused nowhere: take it out of the catalogue.");
            Assert.True(
                tests.Contains($"RefusalCode.{entry.Code}", StringComparison.Ordinal) || tests.Contains(entry.Name, StringComparison.Ordinal),
                $"{entry.Name} is produced by no test.");
        }
    }

    private static string Text(string folder, string leaveOut) =>
        string.Concat(Repository.Files(folder, "*.cs").Where(f => Path.GetFileName(f) != leaveOut)
            .Concat(folder == "tests" && Directory.Exists(Path.Combine(Repository.Root, "tests/vectors")) ? Repository.Files("tests/vectors", "*.json") : [])
            .Select(File.ReadAllText));

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex SnakeCase();
}
