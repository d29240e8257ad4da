namespace Gateway.Core.Policy;

/// <summary>Cedar, the upstream engine, as a WebAssembly module. Safe for concurrent use.</summary>
public sealed class PolicyEngine : IDisposable
{
    private PolicyEngine()
    {
    }

    /// <summary>Compiles the pinned <c>cedar_wasm_bg.wasm</c>; takes seconds. Refuses other bytes with <see cref="RefusalCode.PolicyFailed"/>.</summary>
    public static Outcome<PolicyEngine> Compile(ReadOnlySpan<byte> wasm) => throw new NotSupportedException("The engine is not built yet.");

    /// <summary>Validates the bundle's rules against its schema and runs its cases. Refuses with <see cref="RefusalCode.PolicyInvalid"/>.</summary>
    public Outcome<ActivePolicy> Activate(PolicyBundle bundle) => throw new NotSupportedException("The engine is not built yet.");

    public void Dispose()
    {
    }
}
