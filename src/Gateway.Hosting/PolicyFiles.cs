using Gateway.Core;
using Gateway.Core.Policy;

namespace Gateway.Hosting;

/// <summary>The policy that a service enforces: bundle and engine, from disk.</summary>
public static class PolicyFiles
{
    /// <summary>Loads the bundle from its directory and the engine from beside the binaries, and activates it. Refuses another digest than the
    /// configured one with <see cref="RefusalCode.PolicyInvalid"/>.</summary>
    public static Outcome<ActivePolicy> Load(string directory, Digest sha256) => throw new NotSupportedException("The engine is not built yet.");
}
