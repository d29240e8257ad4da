namespace Gateway.Cli.Files;

/// <summary>Writes files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Replaces the file in one step: a reader sees the old text or the new.</summary>
    public static void Write(string path, string text)
    {
        var beside = $"{path}.new";
        using (var writer = new StreamWriter(beside, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            writer.Write(text);
        }

        File.Move(beside, path, overwrite: true);
    }
}
