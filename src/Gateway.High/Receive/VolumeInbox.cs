using Gateway.Core.Wire;
using Gateway.Storage;

namespace Gateway.High.Receive;

/// <summary>
/// A directory where volumes appear, put there by who knows whom. Of a file only its content counts, and nothing but regular files is opened. One thread.
/// </summary>
internal sealed class VolumeInbox(string directory, string lane)
{
    /// <summary>Most files that are looked at: as many as 256 sets have at most. What is beyond waits until others are gone.</summary>
    public const int MaximumFiles = 1 << 16;

    private static readonly EnumerationOptions Flat = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Directory,
        IgnoreInaccessible = true,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly uint laneTag = Datagram.TagOf(lane);
    private Dictionary<string, Known> known = [];

    /// <summary>Files that were no volume of this lane at the last look.</summary>
    public int Strangers { get; private set; }

    /// <summary>Looks at the directory: the sets in it, in the order of their sessions. None where the directory cannot be read, as when no medium is mounted.</summary>
    /// <param name="now">On the receiver's clock.</param>
    public IReadOnlyList<VolumeSet> Look(TimeSpan now)
    {
        var seen = new Dictionary<string, Known>();
        try
        {
            foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", Flat).Take(MaximumFiles))
            {
                if (Examine(file, now) is { } found)
                {
                    seen[file.FullName] = found;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            seen.Clear();
        }

        known = seen;
        Strangers = seen.Values.Count(k => k.Volume is null);
        return [.. seen
            .Where(k => k.Value.Volume is not null)
            .Select(k => new VolumeFile(k.Key, k.Value.Volume!.Value, k.Value.Bytes, k.Value.Changed))
            .GroupBy(f => f.Volume with { Index = 0 })
            .Select(set => new VolumeSet(set.Key, [.. set.OrderBy(f => f.Volume.Index).ThenBy(f => f.Path, StringComparer.Ordinal)]))
            .OrderBy(set => set.Id.Session)
            .ThenBy(set => set.Id.Set)];
    }

    // Opened again only where it looks different: a directory of discs is looked at every second.
    private Known? Examine(FileInfo file, TimeSpan now)
    {
        try
        {
            var (bytes, written) = (file.Length, file.LastWriteTimeUtc);
            return known.TryGetValue(file.FullName, out var before) && before.Bytes == bytes && before.Written == written
                ? before
                : new Known(bytes, written, now, ReadHeader(file.FullName));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Gone between two looks, or a name that cannot be told apart from others.
            return null;
        }
    }

    private Volume? ReadHeader(string path)
    {
        using var file = RegularFile.TryOpen(path);
        if (file is null)
        {
            return null;
        }

        var length = RandomAccess.GetLength(file);
        if (TryRead(0, out var volume) || (length > Volume.HeaderBytes && TryRead(length - Volume.HeaderBytes, out volume) && volume.FileBytes == length))
        {
            return volume.LaneTag == laneTag ? volume : null;
        }

        return null;

        bool TryRead(long offset, out Volume read)
        {
            Span<byte> header = stackalloc byte[Volume.HeaderBytes];
            read = default;
            try
            {
                return RandomAccess.Read(file, header, offset) == header.Length && Volume.TryRead(header, out read);
            }
            catch (IOException)
            {
                // A bad sector; the other copy may be whole.
                return false;
            }
        }
    }

    private sealed record Known(long Bytes, DateTime Written, TimeSpan Changed, Volume? Volume);
}
