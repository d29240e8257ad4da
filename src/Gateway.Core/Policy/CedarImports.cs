using System.Text;
using System.Text.Json;
using Wasmtime;

namespace Gateway.Core.Policy;

/// <summary>The six functions that wasm-bindgen expects of its host. Their names carry hashes that change with each release, so each is
/// known by what its name contains, and a module that wants anything else is not run.</summary>
internal sealed class CedarImports(Store store)
{
    private const string From = "./cedar_wasm_bg.js";

    // The reference table's first entries, in the order in which wasm-bindgen's own glue sets them.
    private static readonly object Undefined = new();
    private static readonly JsonText True = new("true");
    private static readonly JsonText False = new("false");

    private Memory? memory;
    private Table? references;
    private Func<int, int, int>? allocate;

    private Memory Memory => memory ?? throw new InvalidOperationException("The module called its host before it was bound.");

    public void Define(Linker linker, Module module)
    {
        foreach (var import in module.Imports)
        {
            linker.Define(From, import.Name, Function(import.Name));
        }
    }

    public void Bind(Instance instance)
    {
        memory = instance.GetMemory("memory") ?? throw CedarInstance.Missing("memory");
        references = instance.GetTable("__wbindgen_externrefs") ?? throw CedarInstance.Missing("__wbindgen_externrefs");
        allocate = instance.GetFunction<int, int, int>("__wbindgen_malloc") ?? throw CedarInstance.Missing("__wbindgen_malloc");
    }

    /// <summary>Copies a string into the module's memory, which takes it over: address and length in UTF-8 bytes.</summary>
    public (int Address, int Length) Write(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        var address = allocate!(length, 1);
        Encoding.UTF8.GetBytes(text, Memory.GetSpan(address, length));
        return (address, length);
    }

    private Function Function(string name) => name switch
    {
        _ when name.Contains("is_undefined", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback<object?, int>(store, value => value is null || value == Undefined ? 1 : 0),
        _ when name.Contains("string_get", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback<int, object?>(store, GetString),
        _ when name.Contains("wbindgen_throw", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback<int, int>(store, (address, length) => throw new InvalidOperationException(Read(address, length))),
        _ when name.Contains("parse", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback<int, int, object?>(store, (address, length) => new JsonText(Read(address, length))),
        _ when name.Contains("stringify", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback<object?, object?>(store, Stringify),
        _ when name.Contains("init_externref_table", StringComparison.Ordinal) =>
            Wasmtime.Function.FromCallback(store, FillReferenceTable),
        _ => throw new InvalidOperationException($"The Cedar module wants an unknown host function {name}."),
    };

    private static string Stringify(object? value) => value switch
    {
        JsonText json => json.Text,
        string text => JsonSerializer.Serialize(text, PolicyJson.Default.String),
        _ => "null",
    };

    // Writes address and length to where the module asked; zero where the value is no string.
    private void GetString(int result, object? value)
    {
        var (address, length) = value is string text ? Write(text) : (0, 0);
        Memory.WriteInt32(result, address);
        Memory.WriteInt32(result + sizeof(int), length);
    }

    private string Read(int address, int length) => Memory.ReadString(address, length, Encoding.UTF8);

    private void FillReferenceTable()
    {
        var first = checked((uint)references!.Grow(4, Undefined));
        references.SetElement(0, Undefined);
        references.SetElement(first, Undefined);
        references.SetElement(first + 1, null);
        references.SetElement(first + 2, True);
        references.SetElement(first + 3, False);
    }
}
