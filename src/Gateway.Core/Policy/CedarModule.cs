using Wasmtime;

namespace Gateway.Core.Policy;

/// <summary>The compiled Cedar module: npm <c>@cedar-policy/cedar-wasm</c> 4.13.0, file <c>cedar_wasm_bg.wasm</c>.</summary>
internal sealed class CedarModule : IDisposable
{
    /// <summary>SHA-256 of the module that is trusted. The build checks the same value (policies/engine).</summary>
    public const string Sha256 = "9ed10461f45bceabbe2c364330500378b71f641b28f7c2a1f6e033c9be2f1d9a";

    private readonly Config config;

    private CedarModule(Func<Engine, Module> load)
    {
        // One configuration for compiling and for loading what was compiled: Wasmtime refuses a precompiled module made with another.
        config = new Config().WithFuelConsumption(true).WithReferenceTypes(true);
        Engine = new Engine(config);
        try
        {
            Module = load(Engine);
        }
        catch
        {
            Engine.Dispose();
            config.Dispose();
            throw;
        }
    }

    public Engine Engine { get; }

    public Module Module { get; }

    /// <summary>Compiles the pinned module, which takes seconds. Refuses other bytes.</summary>
    public static Outcome<CedarModule> Compile(ReadOnlyMemory<byte> wasm)
    {
        if (Digest.Of(wasm.Span).Hex != Sha256)
        {
            return new Refusal(RefusalCode.PolicyFailed, "the Cedar engine's file is not the pinned one");
        }

        try
        {
            return new CedarModule(engine => Module.FromBytes(engine, "cedar", wasm.Span));
        }
        catch (WasmtimeException)
        {
            return new Refusal(RefusalCode.PolicyFailed, "the Cedar engine does not compile on this machine");
        }
    }

    /// <summary>Loads what <see cref="Serialize"/> made, or null where Wasmtime says that it is of another version, configuration or kind
    /// of processor. It holds machine code that runs as it is, so it may only come from where the binaries themselves come from.</summary>
    public static CedarModule? Deserialize(ReadOnlyMemory<byte> precompiled)
    {
        try
        {
            return new CedarModule(engine => Module.Deserialize(engine, "cedar", precompiled.Span));
        }
        catch (WasmtimeException)
        {
            return null;
        }
    }

    public byte[] Serialize() => Module.Serialize();

    public void Dispose()
    {
        Module.Dispose();
        Engine.Dispose();
        config.Dispose();
    }
}
