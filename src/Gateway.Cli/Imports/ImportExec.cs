namespace Gateway.Cli.Imports;

/// <summary>Fills the placeholders of --exec: whole words of argv, so that no name from a manifest is ever split or interpreted.</summary>
internal static class ImportExec
{
    /// <summary>The arguments with every placeholder replaced.</summary>
    public static string[] Fill(string[] command, ImportView import) =>
    [
        .. command.Select(word => word
            .Replace("{id}", import.Id, StringComparison.Ordinal)
            .Replace("{name}", import.Name, StringComparison.Ordinal)
            .Replace("{version}", import.Version, StringComparison.Ordinal)
            .Replace("{kind}", import.Kind, StringComparison.Ordinal)
            .Replace("{path}", import.Path, StringComparison.Ordinal)),
    ];
}
