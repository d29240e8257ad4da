using System.Collections.Frozen;

namespace Gateway.Core.Inspection.Refused;

/// <summary>File names that claim source code, scripts or pickles. A name is enough to refuse here: nothing else belongs under it.</summary>
internal static class SourceNames
{
    private static readonly FrozenSet<string> SourceExtensions = new[]
    {
        ".py", ".pyi", ".pyx", ".pxd", ".ipynb", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".psm1", ".bat", ".cmd", ".vbs",
        ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".cu", ".cuh", ".m", ".mm", ".rs", ".go", ".java",
        ".kt", ".scala", ".cs", ".fs", ".vb", ".rb", ".pl", ".pm", ".php", ".lua", ".jl", ".r", ".swift", ".sql", ".jinja2", ".j2", ".asm", ".s", ".cmake", ".mk", ".gradle",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> SourceFiles =
        new[] { "Makefile", "Dockerfile", "Containerfile", "Jenkinsfile", "CMakeLists.txt" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> PickleExtensions =
        new[] { ".pkl", ".pickle", ".p", ".joblib", ".dill", ".cloudpickle" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>The refusal that the last part of a path asks for, or null.</summary>
    public static Finding? Recognise(string name)
    {
        var extension = Extension(name);
        if (SourceFiles.Contains(name) || SourceExtensions.Contains(extension))
        {
            return Findings.Refuse(RefusalCode.SourceCodeRefused, null, "source code or a script, by its name");
        }

        return PickleExtensions.Contains(extension) ? Findings.Refuse(RefusalCode.PickleRefused, null, "a Python pickle, by its name") : null;
    }

    private static string Extension(string name) => name.LastIndexOf('.') is >= 0 and var dot ? name[dot..] : "";
}
