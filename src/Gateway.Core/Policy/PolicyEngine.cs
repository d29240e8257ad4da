namespace Gateway.Core.Policy;

/// <summary>Cedar, the upstream policy engine, as a WebAssembly module with fixed fuel and memory. Safe for concurrent use.</summary>
public sealed class PolicyEngine : IDisposable
{
    /// <summary>Directory beside the binaries that the build puts the engine's files in.</summary>
    public const string DirectoryName = "policy-engine";

    /// <summary>The upstream module as npm delivers it.</summary>
    public const string WasmName = "cedar_wasm_bg.wasm";

    /// <summary>The same, compiled at build time for this machine's kind: saves seconds of processor at each start. Named by the digest of
    /// the module that it was made from; Wasmtime itself refuses one of another version or configuration.</summary>
    public const string PrecompiledName = CedarModule.Sha256 + ".cwasm";

    /// <summary>Bytes of an engine file that are read at most: three times the size of either.</summary>
    private const int MaximumFileBytes = 48 << 20;

    private readonly CedarModule module;

    private PolicyEngine(CedarModule module) => this.module = module;

    /// <summary>Loads the engine from the files beside the binaries: precompiled where that fits, else the module, which takes seconds to
    /// compile. Refuses with <see cref="RefusalCode.PolicyFailed"/>.</summary>
    /// <param name="open">Opens a file of <see cref="DirectoryName"/> by name; null where there is none. The directory must be one that only
    /// the installer writes: what is precompiled runs as it is.</param>
    public static Outcome<PolicyEngine> Load(Func<string, Stream?> open)
    {
        if (Bytes(open, PrecompiledName) is { } precompiled && CedarModule.Deserialize(precompiled) is { } ready)
        {
            return new PolicyEngine(ready);
        }

        if (Bytes(open, WasmName) is not { } wasm)
        {
            return new Refusal(RefusalCode.PolicyFailed, $"{DirectoryName}/{WasmName} is missing beside the binaries");
        }

        return CedarModule.Compile(wasm).Succeeded(out var compiled, out var refusal) ? new PolicyEngine(compiled) : refusal;
    }

    /// <summary>Makes the content of <see cref="PrecompiledName"/> from the upstream module.</summary>
    public static Outcome<byte[]> Precompile(ReadOnlyMemory<byte> wasm)
    {
        if (!CedarModule.Compile(wasm).Succeeded(out var compiled, out var refusal))
        {
            return refusal;
        }

        using (compiled)
        {
            return compiled.Serialize();
        }
    }

    /// <summary>Parses the rules and validates them against the schema. Refuses with <see cref="RefusalCode.PolicyInvalid"/>, naming every
    /// problem. The result must not outlive the engine.</summary>
    public Outcome<ValidPolicy> Validate(PolicyBundle bundle) => Validate(bundle, PolicyLimits.DecisionFuel);

    /// <summary>Validates the bundle and runs its cases: only one whose cases all pass may decide.</summary>
    public Outcome<ActivePolicy> Activate(PolicyBundle bundle) =>
        Validate(bundle).Succeeded(out var valid, out var refusal) ? valid.Activate() : refusal;

    public void Dispose() => module.Dispose();

    internal Outcome<ValidPolicy> Validate(PolicyBundle bundle, ulong decisionFuel) =>
        CedarPolicy.Parse(module, bundle, decisionFuel).Succeeded(out var policy, out var refusal) ? new ValidPolicy(bundle, policy) : refusal;

    private static ReadOnlyMemory<byte>? Bytes(Func<string, Stream?> open, string name)
    {
        using var stream = open(name);
        if (stream is null or { Length: > MaximumFileBytes })
        {
            return null;
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
