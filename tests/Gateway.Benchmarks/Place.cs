namespace Gateway.Benchmarks;

/// <summary>Where the repository and its programs lie.</summary>
internal static class Place
{
    public static string Root { get; } = FindRoot();

    /// <summary>A program as the build left it, of the same configuration as this one.</summary>
    public static string Program(string project, string name) =>
        Path.Combine(Root, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name, name);

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "global.json")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))!;
        }

        return directory;
    }
}
