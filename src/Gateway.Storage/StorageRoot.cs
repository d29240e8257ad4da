using Gateway.Core;

namespace Gateway.Storage;

/// <summary>The directory of one service, held by one process at a time.</summary>
public sealed class StorageRoot : IDisposable
{
    private readonly FileStream held;

    private StorageRoot(string path, FileStream held)
    {
        this.held = held;
        Path = path;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The catalog's database file.</summary>
    public string CatalogFile => System.IO.Path.Combine(Path, "catalog.db");

    /// <summary>Transfers that are being staged.</summary>
    public string Staging => System.IO.Path.Combine(Path, "staging");

    /// <summary>Makes the directory where it is missing and holds it. Refuses one that another process holds.</summary>
    public static Outcome<StorageRoot> Open(string path)
    {
        try
        {
            var full = System.IO.Path.GetFullPath(path);
            DurableFiles.CreateDirectory(System.IO.Path.Combine(full, "staging"));
            // FileShare.None is flock(2): the kernel gives the lock back however the process ends.
            var held = new FileStream(System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new StorageRoot(full, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Refusal(RefusalCode.ConfigurationInvalid, $"storage.root: {e.Message}");
        }
    }

    public void Dispose() => held.Dispose();
}
