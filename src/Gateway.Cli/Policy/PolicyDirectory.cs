using Gateway.Core.Policy;

namespace Gateway.Cli.Policy;

/// <summary>A policy bundle and the engine, from disk.</summary>
internal static class PolicyDirectory
{
    /// <summary>The bundle in a directory; stops the command where it is none.</summary>
    public static PolicyBundle Read(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw CommandStop.Usage($"{directory} is no directory");
        }

        var sources = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(file => new PolicySource(Path.GetRelativePath(directory, file).Replace('\\', '/'), () => File.OpenRead(file)));
        return PolicyBundle.Read(sources).OrStop();
    }

    /// <summary>The engine that the build put beside this program.</summary>
    public static PolicyEngine Engine() => PolicyEngine.Load(name =>
    {
        var path = Path.Combine(AppContext.BaseDirectory, PolicyEngine.DirectoryName, name);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }).OrStop();
}
