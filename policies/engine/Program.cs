using Gateway.Core.Policy;

// Compiles the Cedar module (first argument) into the file that services load at start (second argument).
using var source = File.OpenRead(args[0]);
var wasm = new byte[source.Length];
source.ReadExactly(wasm);
if (!PolicyEngine.Precompile(wasm).Succeeded(out var precompiled, out var refusal))
{
    Console.Error.WriteLine(refusal);
    return 1;
}

File.WriteAllBytes(args[1], precompiled);
return 0;
