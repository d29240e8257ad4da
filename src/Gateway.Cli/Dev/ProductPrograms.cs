namespace Gateway.Cli.Dev;

/// <summary>Finds the product's other programs.</summary>
internal static class ProductPrograms
{
    private static readonly Dictionary<string, string> Projects = new Dictionary<string, string>
    {
        ["gateway-low"] = "Gateway.Low",
        ["gateway-high"] = "Gateway.High",
    };

    /// <summary>Beside this program where they are installed together; else where the build puts them, <c>artifacts/bin/PROJECT/CONFIGURATION</c>.</summary>
    public static string Find(string program)
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var configuration = Path.GetFileName(here);
        string[] candidates =
        [
            Path.Combine(here, program),
            Path.GetFullPath(Path.Combine(here, "..", "..", Projects[program], configuration, program)),
        ];
        // The build leaves a bare launcher of each beside this program; without its assembly it starts nothing.
        return candidates.FirstOrDefault(c => File.Exists(c) && File.Exists($"{c}.dll"))
            ?? throw CommandStop.Usage($"{program} is not there: build the solution, or install it beside gateway ({string.Join(", ", candidates)})");
    }
}
