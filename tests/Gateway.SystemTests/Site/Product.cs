namespace Gateway.SystemTests.Site;

/// <summary>The programs as the build left them.</summary>
internal static class Product
{
    public static string Root { get; } = FindRoot();

    public static string Gateway => Program("Gateway.Cli", "gateway");

    public static string GatewayLow => Program("Gateway.Low", "gateway-low");

    public static string GatewayHigh => Program("Gateway.High", "gateway-high");

    public static string DefaultPolicy => Path.Combine(Root, "policies", "default");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Name;

    private static string Program(string project, string name) => Path.Combine(Root, "artifacts", "bin", project, Configuration, name);

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
