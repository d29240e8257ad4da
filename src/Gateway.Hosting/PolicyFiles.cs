using Gateway.Core.Policy;
using Gateway.Core;

namespace Gateway.Hosting;

/// <summary>The policy that a service enforces: bundle and engine, from disk.</summary>
public static class PolicyFiles
{
    /// <summary>Loads the bundle from its directory and the engine from beside the binaries, runs the bundle's cases and activates it. Another
    /// digest than the configured one, and a file that cannot be read, refuse with <see cref="RefusalCode.PolicyInvalid"/>. The result
    /// lives as long as the service.</summary>
    public static Outcome<ActivePolicy> Load(string directory, Digest sha256)
    {
        try
        {
            if (!PolicyBundle.Read(Sources(directory)).Succeeded(out var bundle, out var refusal))
            {
                return refusal;
            }

            if (bundle.Digest != sha256)
            {
                return new Refusal(RefusalCode.PolicyInvalid, $"{directory} has the digest {bundle.Digest}, the configuration names {sha256}");
            }

            return PolicyEngine.Load(EngineFile).Succeeded(out var engine, out refusal) ? engine.Activate(bundle) : refusal;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Refusal(RefusalCode.PolicyInvalid, e.Message.TrimEnd('.'));
        }
    }

    private static IEnumerable<PolicySource> Sources(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(file => new PolicySource(Path.GetRelativePath(directory, file).Replace('\\', '/'), () => File.OpenRead(file)));

    private static FileStream? EngineFile(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, PolicyEngine.DirectoryName, name);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }
}
