using Wasmtime;

namespace Gateway.Core.Policy;

/// <summary>One running Cedar: a store with its own memory and fuel. Not for concurrent use. After a trap its memory may hold anything, so
/// it answers nothing more and is thrown away.</summary>
internal sealed class CedarInstance : IDisposable
{
    private readonly Store store;
    private readonly Instance instance;
    private readonly CedarImports imports;
    private bool trapped;

    public CedarInstance(CedarModule module)
    {
        store = new Store(module.Engine);
        try
        {
            store.SetLimits(memorySize: PolicyLimits.MemoryBytes);
            store.Fuel = PolicyLimits.DecisionFuel;
            using var linker = new Linker(module.Engine);
            imports = new CedarImports(store);
            imports.Define(linker, module.Module);
            instance = linker.Instantiate(store, module.Module);
            imports.Bind(instance);
            var start = instance.GetAction("__wbindgen_start") ?? throw Missing("__wbindgen_start");
            start();
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Calls a function that takes one JSON value and returns one; null where it trapped or ran out of fuel or memory.</summary>
    public string? Call(string function, string json, ulong fuel) =>
        Run(function, fuel, f => f.Invoke(ValueBox.AsBox((object)new JsonText(json))));

    /// <summary>Calls a function that takes a string and returns JSON.</summary>
    public string? CallWithText(string function, string text, ulong fuel) =>
        Run(function, fuel, f =>
        {
            var (address, length) = imports.Write(text);
            return f.Invoke(address, length);
        });

    /// <summary>Calls a function that takes a name and a JSON value, and returns JSON.</summary>
    public string? CallWithName(string function, string name, string json, ulong fuel) =>
        Run(function, fuel, f =>
        {
            var (address, length) = imports.Write(name);
            return f.Invoke(address, length, ValueBox.AsBox((object)new JsonText(json)));
        });

    public void Dispose() => store.Dispose();

    internal static InvalidOperationException Missing(string export) => new($"The pinned Cedar module has no {export}.");

    private string? Run(string function, ulong fuel, Func<Function, object?> call)
    {
        if (trapped)
        {
            return null;
        }

        var target = instance.GetFunction(function) ?? throw Missing(function);
        store.Fuel = fuel;
        try
        {
            return (call(target) as JsonText)?.Text;
        }
        catch (WasmtimeException)
        {
            trapped = true;
            return null;
        }
    }
}

/// <summary>A JavaScript value as the module sees it: JSON text behind a reference that only the host can open.</summary>
internal sealed record JsonText(string Text);
