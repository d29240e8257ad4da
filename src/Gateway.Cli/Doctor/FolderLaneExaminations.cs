using System.Text.Json.Nodes;

namespace Gateway.Cli.Doctor;

/// <summary>Looks at the directory of a lane of files: that it is there, can be used by who runs this, has room, and is no place of the service's own.</summary>
/// <param name="Subject">The lane in its file.</param>
/// <param name="Storage">The service's storage; null where none is configured.</param>
/// <param name="MinimumFreeBytes">Bytes that stay free on the disks of the service.</param>
/// <param name="Sends">True on the low side, which writes volumes.</param>
internal sealed record FolderLaneExaminations(string Subject, string? Storage, long MinimumFreeBytes, bool Sends)
{
    private const string Folder = "lane directory";

    /// <param name="lane">The lane.</param>
    /// <param name="directory">The directory that it names, as a full path; null where it names none.</param>
    public IEnumerable<Examination> Run(JsonObject lane, string? directory)
    {
        if (directory is null)
        {
            yield return Examination.Failed(Subject, Folder, $"not configured: name the one where volumes {(Sends ? "are to appear" : "appear")}");
            yield break;
        }

        if (!Directory.Exists(directory))
        {
            yield return Examination.Failed(
                Subject, Folder, $"{directory} is {(File.Exists(directory) ? "no directory" : "not there")}: make it, or mount what carries the volumes");
            yield break;
        }

        var writes = Sends || (lane["delete"] is JsonValue value && value.TryGetValue<bool>(out var delete) && delete);
        if (Objection(directory, writes) is { } objection)
        {
            yield return Examination.Failed(Subject, Folder, objection);
            yield break;
        }

        yield return Examination.Ok(Subject, Folder, $"{directory} can be read{(writes ? " and written" : "")}");
        if (Sends)
        {
            yield return FileExaminations.FreeSpace(Subject, directory, MinimumFreeBytes);
        }
    }

    private string? Objection(string directory, bool writes) =>
        Storage is not null && (IsWithin(directory, Storage) || IsWithin(Storage, directory))
            ? $"{directory} and the service's storage {Storage} lie one in the other: whoever carries volumes would reach into it; name another"
        : !May("-r", directory) || !May("-x", directory) ? $"{directory} may not be read: run doctor as the account that the service runs as, and give it the directory"
        : writes && !May("-w", directory) ? $"{directory} may not be written: run doctor as the account that the service runs as, and give it the directory"
        : null;

    // A file written to find out would be carried across.
    private static bool May(string what, string directory) => MachineExaminations.RunTool("test", what, directory) is not null;

    private static bool IsWithin(string inner, string outer) => $"{Resolved(inner)}/".StartsWith($"{Resolved(outer)}/", StringComparison.Ordinal);

    private static string Resolved(string directory) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(new DirectoryInfo(directory) is { Exists: true, LinkTarget: not null } link
            ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName
            : directory));
}
