using System.Security.Cryptography;
using Gateway.Fuzz.Targets;

namespace Gateway.Fuzz.Corpora;

/// <summary>Inputs as files: a directory for each target, and one for inputs that failed once.</summary>
internal sealed class KeptInputs(string root)
{
    private readonly VectorFiles vectors = new(root);

    public string Root => root;

    /// <summary>What the repository keeps.</summary>
    public string Kept { get; } = Path.Combine(root, "tests", "vectors", "fuzz");

    public string Crashes => Path.Combine(Kept, "crashes");

    /// <summary>The repository that holds the program, or the directory it is started in.</summary>
    public static string FindRoot() =>
        Above(AppContext.BaseDirectory) ?? Above(Directory.GetCurrentDirectory()) ?? throw new DirectoryNotFoundException("no repository above the program or the working directory");

    /// <summary>Vectors, what is kept, and what lies in a directory besides; equal ones once.</summary>
    public IReadOnlyList<byte[]> Of(FuzzTarget target, string? corpus) =>
        [.. target.Seeds(vectors).Concat(Read(Path.Combine(Kept, target.Name))).Concat(CrashesOf(target).Select(File.ReadAllBytes))
            .Concat(corpus is null ? [] : Read(Path.Combine(corpus, target.Name))).DistinctBy(Name)];

    /// <summary>The inputs that vectors and crashes give a target without being kept for it.</summary>
    public IReadOnlyList<byte[]> Given(FuzzTarget target) => [.. target.Seeds(vectors).Concat(CrashesOf(target).Select(File.ReadAllBytes))];

    public IEnumerable<string> CrashesOf(FuzzTarget target) =>
        Files(Crashes).Where(f => Path.GetFileName(f)[..Path.GetFileName(f).LastIndexOf('-')] == target.Name);

    public static IEnumerable<byte[]> Read(string directory) => Files(directory).Select(File.ReadAllBytes);

    /// <summary>Writes an input under a name that follows from its bytes, and says where.</summary>
    public static string Write(string directory, string prefix, byte[] input)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{prefix}{Name(input)}.bin");
        File.WriteAllBytes(path, input);
        return path;
    }

    public static string Name(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 8));

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, "*.bin").Order(StringComparer.Ordinal) : [];

    private static string? Above(string? directory)
    {
        while (directory is not null && !File.Exists(Path.Combine(directory, "Gateway.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory;
    }
}
