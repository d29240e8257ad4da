using Gateway.Core;

namespace Gateway.Hosting.Inspection;

/// <summary>Finds the program of the workers.</summary>
public static class InspectorProgram
{
    private const string Name = "gateway-inspector";
    private const string Project = "Gateway.Inspector";

    /// <summary>In the service's directory, or in one of its own beside that, as deploy/systemd has it; else where the build puts it, <c>artifacts/bin/PROJECT/CONFIGURATION</c>.
    /// Refuses with <see cref="RefusalCode.ConfigurationInvalid"/>.</summary>
    public static Outcome<string> Find()
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string[] candidates =
        [
            Path.Combine(here, Name),
            Path.GetFullPath(Path.Combine(here, "..", Name, Name)),
            Path.GetFullPath(Path.Combine(here, "..", "..", Project, Path.GetFileName(here), Name)),
        ];
        // The build leaves a bare launcher beside what refers to it; without its assembly it starts nothing.
        return candidates.FirstOrDefault(c => File.Exists(c) && File.Exists($"{c}.dll")) is { } found
            ? found
            : new Refusal(RefusalCode.ConfigurationInvalid, $"{Name} is not there: install it beside the service ({string.Join(", ", candidates)})");
    }
}
