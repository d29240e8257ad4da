namespace Gateway.Core.Policy;

/// <summary>What a bundle and one call of the engine may cost. A bundle comes from the site's own security team: the numbers stop
/// accidents and keep a decision's time and memory fixed.</summary>
public static class PolicyLimits
{
    /// <summary>Files in a bundle, cases included.</summary>
    public const int Files = 256;

    /// <summary>Bytes of one file of a bundle: about 5,000 lines of rules, more than a person reviews.</summary>
    public const int FileBytes = 256 * 1024;

    /// <summary>Rules in a bundle. Cedar evaluates each for each question.</summary>
    public const int Rules = 512;

    /// <summary>Cases in a bundle. All of them run at each start of a service, at well under a millisecond each.</summary>
    public const int Cases = 2_000;

    /// <summary>Nesting of the JSON files of a bundle; cases need five levels.</summary>
    public const int JsonDepth = 8;

    /// <summary>Approvals beyond which no rule is asked; the most signatures that an envelope may carry.</summary>
    public const int Approvals = 64;

    /// <summary>Fuel (about one unit per WebAssembly instruction) of one decision: a hundred times what the default bundle takes.</summary>
    public const ulong DecisionFuel = 200_000_000;

    /// <summary>Fuel of one call that parses or validates a bundle, a few seconds: 250 times what the default bundle takes.</summary>
    public const ulong ValidationFuel = 10_000_000_000;

    /// <summary>Linear memory of one engine instance, bytes: the default bundle takes 2.4 MiB.</summary>
    public const long MemoryBytes = 64L << 20;

    /// <summary>Decisions after which an instance is replaced, so that nothing which the module leaks adds up.</summary>
    public const int DecisionsPerInstance = 1_000;
}
