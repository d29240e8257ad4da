namespace Gateway.Core.Policy;

/// <summary>A directory of Cedar rules, their schema, a name and version, and the cases that prove what it does. Read, not yet validated:
/// only <see cref="PolicyEngine.Activate"/> turns it into something that decides.</summary>
public sealed class PolicyBundle
{
    private PolicyBundle(string name, int version, Digest digest)
    {
        Name = name;
        Version = version;
        Digest = digest;
    }

    public string Name { get; }

    /// <summary>Monotone: a side never goes back to a lower one.</summary>
    public int Version { get; }

    /// <summary>SHA-256 over every file of the bundle, its cases included.</summary>
    public Digest Digest { get; }

    /// <summary>Reads a bundle from its files by relative path with forward slashes. Refuses with <see cref="RefusalCode.PolicyInvalid"/>.</summary>
    public static Outcome<PolicyBundle> Open(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files) =>
        throw new NotSupportedException("The bundle's reader is not built yet.");
}
