using System.Xml.Linq;
using Xunit;

namespace Gateway.Tests.Rules;

public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Gateway.Protocol"] = [],
        ["Gateway.Core"] = [],
        ["Gateway.Storage"] = ["Gateway.Core"],
        ["Gateway.Hosting"] = ["Gateway.Core", "Gateway.Protocol"],
        ["Gateway.Inspector"] = ["Gateway.Core"],
        ["Gateway.Low"] = ["Gateway.Core", "Gateway.Storage", "Gateway.Hosting", "Gateway.Protocol"],
        ["Gateway.High"] = ["Gateway.Core", "Gateway.Storage", "Gateway.Hosting", "Gateway.Protocol"],
        ["Gateway.Cli"] = ["Gateway.Core", "Gateway.Protocol"],
    };

    [Fact]
    public void Projects_link_only_what_the_map_allows()
    {
        foreach (var file in Repository.Files("src", "*.csproj"))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            var linked = XDocument.Load(file).Descendants("ProjectReference")
                .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));
            Assert.True(Allowed.ContainsKey(project), $"{project} is not on the map of ARCHITECTURE.md.");
            Assert.Empty(linked.Except(Allowed[project]));
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution_and_has_a_lock_file()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Gateway.sln"));
        foreach (var file in Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")))
        {
            Assert.Contains(Path.GetFileName(file), solution, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "packages.lock.json")), $"{file} has no lock file: run dotnet restore.");
        }
    }
}
