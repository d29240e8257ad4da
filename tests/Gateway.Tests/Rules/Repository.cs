namespace Gateway.Tests.Rules;

/// <summary>Where the repository lies, found from the test's own directory.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("/node_modules/", StringComparison.Ordinal) && !f.Contains("/artifacts/", StringComparison.Ordinal));

    /// <summary>An assembly as the build left it for the product, not the copy beside the tests.</summary>
    public static string Assembly(string project, string name) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration, name + ".dll");

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name;

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/')) ?? throw new DirectoryNotFoundException("global.json is above no test directory.");
        }

        return directory;
    }
}
