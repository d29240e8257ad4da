namespace Gateway.Fuzz.Guided;

/// <summary>This program in a directory of its own, beside a <c>Gateway.Core.dll</c> that counts the edges it takes.</summary>
internal sealed class InstrumentedCopy : IDisposable
{
    private const string Core = "Gateway.Core.dll";

    private static readonly string[] Namespaces = ["Gateway.Core.Inspection", "Gateway.Core.Manifests"];

    private readonly DirectoryInfo directory;

    public InstrumentedCopy()
    {
        directory = Directory.CreateTempSubdirectory("gateway-fuzz-");
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(directory.FullName, Path.GetFileName(file)));
        }

        // The numbers that it gives to edges are the same in every process.
        _ = SharpFuzz.Fuzzer.Instrument(
            Path.Combine(directory.FullName, Core), type => Namespaces.Any(n => type.StartsWith(n, StringComparison.Ordinal)), SharpFuzz.Options.Value);
    }

    public string Program => Path.Combine(directory.FullName, "gateway-fuzz");

    /// <summary>A file of its own for each worker.</summary>
    public string CurrentInputOf(string target) => Path.Combine(directory.FullName, $"{target}.current");

    public void Dispose() => directory.Delete(recursive: true);
}
