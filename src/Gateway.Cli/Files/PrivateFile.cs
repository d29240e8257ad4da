namespace Gateway.Cli.Files;

/// <summary>Writes files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Replaces the file in one step: a reader sees the old text or the new.</summary>
    public static void Write(string path, string text)
    {
        var beside = $"{path}.new";
        Write(beside, text, FileMode.Create);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>Makes the file; throws <see cref="IOException"/> where it is there already.</summary>
    public static void Create(string path, string text) => Write(path, text, FileMode.CreateNew);

    private static void Write(string path, string text, FileMode mode)
    {
        using var writer = new StreamWriter(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        writer.Write(text);
    }
}
