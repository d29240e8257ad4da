using System.Globalization;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Trust;
using Gateway.Storage;

namespace Gateway.High.Receive;

/// <summary>
/// The directories of imports that are not published: <c>staging/&lt;id&gt;/tree</c> with the files and, in <c>.gateway</c>, the documents as they
/// crossed; <c>quarantine/&lt;id&gt;</c> with the same of what was refused.
/// </summary>
public sealed class StagingArea
{
    private readonly string staging;
    private readonly string quarantine;
    private readonly long reserveBytes;

    /// <param name="root">The service's directory.</param>
    /// <param name="reserveBytes">Bytes that stay free.</param>
    public StagingArea(StorageRoot root, long reserveBytes)
    {
        this.reserveBytes = reserveBytes;
        staging = root.Staging;
        quarantine = Path.Combine(root.Path, "quarantine");
        DurableFiles.CreateDirectory(quarantine);
        // Nobody but this service reads what is not published.
        foreach (var own in (string[])[staging, quarantine])
        {
            DurableFiles.SetMode(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The files of an import while it is received and verified.</summary>
    public string TreeOf(string id) => Path.Combine(staging, id, "tree");

    /// <summary>Where a file of an import may have a name until it gets its place in the tree.</summary>
    public string LinkOf(string id) => Path.Combine(staging, id, "link");

    /// <summary>True where the import has a directory here.</summary>
    public bool Holds(string id) => Directory.Exists(TreeOf(id));

    /// <summary>Begins an import anew, durably: nothing but its documents.</summary>
    public void Prepare(string id, SessionDocuments documents)
    {
        Remove(id);
        var directory = Path.Combine(TreeOf(id), PublishedFiles.Directory);
        DurableFiles.CreateDirectory(directory);
        DurableFiles.Replace(Path.Combine(directory, PublishedFiles.Release), documents.Release.Span);
        DurableFiles.Replace(Path.Combine(directory, PublishedFiles.Manifest), documents.Manifest.Span);
        DurableFiles.Replace(Path.Combine(directory, PublishedFiles.Inspection), documents.Inspection.Span);
    }

    /// <summary>The documents that <see cref="Prepare"/> stored. Throws where they are gone.</summary>
    public SessionDocuments ReadDocuments(string id)
    {
        var directory = Path.Combine(TreeOf(id), PublishedFiles.Directory);
        return new(
            ReadWhole(Path.Combine(directory, PublishedFiles.Release)),
            ReadWhole(Path.Combine(directory, PublishedFiles.Manifest)),
            ReadWhole(Path.Combine(directory, PublishedFiles.Inspection)));
    }

    /// <summary>Removes what a publication that did not happen added: what is verified holds the documents that crossed and nothing else.</summary>
    public void RemoveVerdict(string id)
    {
        var verdict = Path.Combine(TreeOf(id), PublishedFiles.Directory, PublishedFiles.Verdict);
        DurableFiles.Delete(verdict);
        DurableFiles.Delete(DurableFiles.DraftOf(verdict));
        var success = Path.Combine(TreeOf(id), PublishedFiles.Success);
        DurableFiles.Delete(success);
        DurableFiles.Delete(DurableFiles.DraftOf(success));
    }

    /// <summary>Removes what an import holds here.</summary>
    public void Remove(string id) => DurableFiles.DeleteTree(Path.Combine(staging, id));

    /// <summary>Sets an import's bytes aside; an earlier attempt's give way.</summary>
    public void Quarantine(string id)
    {
        var from = Path.Combine(staging, id);
        if (Directory.Exists(from))
        {
            var to = Path.Combine(quarantine, id);
            DurableFiles.DeleteTree(to);
            DurableFiles.Move(from, to);
        }
    }

    /// <summary>Sets one rotten file of an import aside, out of the way of the blocks that mend it. Does nothing where it is gone.</summary>
    public void QuarantineFile(string id, string path)
    {
        var from = Path.Combine(TreeOf(id), path);
        var to = Path.Combine(quarantine, $"rotten-{id}", path);
        if (File.Exists(from))
        {
            DurableFiles.CreateDirectory(Path.GetDirectoryName(to)!);
            DurableFiles.Delete(to);
            DurableFiles.Move(from, to);
        }
    }

    /// <summary>Takes set-aside bytes back where a crash came between that and the record of it; they are verified again.</summary>
    public void TakeBack(string id)
    {
        var aside = Path.Combine(quarantine, id);
        if (!Holds(id) && Directory.Exists(aside))
        {
            Remove(id);
            DurableFiles.Move(aside, Path.Combine(staging, id));
        }
    }

    /// <summary>Imports of which bytes are set aside.</summary>
    public IReadOnlyList<string> ListQuarantined() => [.. Directory.EnumerateDirectories(quarantine).Select(directory => Path.GetFileName(directory))];

    /// <summary>True where what is set aside under an id came under this very release: another attempt may have claimed the same id.</summary>
    public bool HoldsQuarantined(string id, Digest release)
    {
        var file = Path.Combine(quarantine, id, "tree", PublishedFiles.Directory, PublishedFiles.Release);
        return File.Exists(file) && Envelope.Parse(ReadWhole(file)).Succeeded(out var envelope, out _) && envelope.PayloadDigest == release;
    }

    /// <summary>Removes what is set aside of an import: out of quarantine in one step, so that what a crash leaves of it is never taken for a whole.</summary>
    public void DeleteQuarantined(string id)
    {
        var from = Path.Combine(quarantine, id);
        if (Directory.Exists(from))
        {
            var to = Path.Combine(staging, $".{id}.deleted");
            DurableFiles.DeleteTree(to);
            DurableFiles.Move(from, to);
            DurableFiles.DeleteTree(to);
        }
    }

    /// <summary>Removes the directories of imports that are not open: remains of a crash between a directory and its record.</summary>
    public void RemoveAllBut(IReadOnlySet<string> open)
    {
        foreach (var directory in Directory.EnumerateDirectories(staging))
        {
            if (!open.Contains(Path.GetFileName(directory)))
            {
                DurableFiles.DeleteTree(directory);
            }
        }
    }

    /// <summary>True where there is room for so many bytes beside those that stay free, without a quarantined one giving way.</summary>
    public bool HasRoom(long bytes) => bytes <= Math.Max(0, DurableFiles.FreeBytes(staging) - reserveBytes);

    /// <summary>
    /// Whether there is room for bytes that were promised and bytes that are asked for. Quarantined bytes are evidence only while nobody needs the
    /// room: the oldest give way first. Refuses with <see cref="RefusalCode.StorageFull"/>.
    /// </summary>
    public Refusal? FindRoom(long promisedBytes, long bytes)
    {
        using var oldest = new DirectoryInfo(quarantine).EnumerateDirectories().OrderBy(d => d.LastWriteTimeUtc).GetEnumerator();
        while (true)
        {
            var available = Math.Max(0, DurableFiles.FreeBytes(staging) - reserveBytes - promisedBytes);
            if (bytes <= available)
            {
                return null;
            }

            if (!oldest.MoveNext())
            {
                return new Refusal(
                    RefusalCode.StorageFull, string.Create(CultureInfo.InvariantCulture, $"needs {bytes} bytes, {available} can be promised"));
            }

            DurableFiles.DeleteTree(oldest.Current.FullName);
        }
    }

    // Bounded: the session header that brought the documents was.
    private static byte[] ReadWhole(string path)
    {
        using var file = File.OpenHandle(path);
        var bytes = new byte[RandomAccess.GetLength(file)];
        return RandomAccess.Read(file, bytes, 0) == bytes.Length ? bytes : throw new EndOfStreamException(path);
    }
}
