using System.Runtime.CompilerServices;
using Gateway.Core.Manifests;
using Gateway.High.Import.Access;

namespace Gateway.High.Import.S3;

/// <summary>One line of a list.</summary>
/// <param name="Key">The key, or what keys are rolled up to.</param>
/// <param name="Version">The version that a file is of; null for what is rolled up.</param>
/// <param name="File">The file; null for what is rolled up.</param>
internal sealed record S3Entry(string Key, PublishedVersion? Version = null, ManifestFile? File = null);

/// <summary>
/// Walks the keys of a bucket in order, as far as its reader goes and no further: names and versions come from the catalog by pages, and a manifest is read only
/// where keys of its files are asked for one by one.
/// </summary>
internal sealed class S3Listing(Library library, ArtifactKind kind, Reader reader)
{
    /// <summary>Rows that the catalog is asked for at a time.</summary>
    private const int PageSize = 256;

    public async IAsyncEnumerable<S3Entry> WalkAsync(ListPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in NamesAsync(position, cancellationToken))
        {
            var directory = $"{name}/";
            if (position.RollUp(directory) is { } artifacts)
            {
                if (position.PassAll(artifacts))
                {
                    yield return new S3Entry(artifacts);
                }

                continue;
            }

            await foreach (var (key, version) in VersionsAsync(name, position, cancellationToken))
            {
                if (position.RollUp(key) is { } versions)
                {
                    if (position.PassAll(versions))
                    {
                        yield return new S3Entry(versions);
                    }

                    continue;
                }

                foreach (var entry in Files(key, version, position))
                {
                    yield return entry;
                }
            }
        }
    }

    private static IEnumerable<S3Entry> Files(string directory, PublishedVersion version, ListPosition position)
    {
        var files = version.Files;
        for (var i = Next(directory, files, 0, position); i < files.Count;)
        {
            var key = directory + files[i].Path.Value;
            if (!position.Includes(key))
            {
                yield break;
            }

            if (position.RollUp(key) is { } rolledUp)
            {
                if (position.PassAll(rolledUp))
                {
                    yield return new S3Entry(rolledUp);
                }

                i = Next(directory, files, i + 1, position);
            }
            else
            {
                position.Pass(key);
                yield return new S3Entry(key, version, files[i]);
                i++;
            }
        }
    }

    /// <summary>Index of the first file, from one on, that is not before the position.</summary>
    private static int Next(string directory, IReadOnlyList<ManifestFile> files, int from, ListPosition position)
    {
        var (low, high) = (from, files.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = position.IsBefore(directory + files[middle].Path.Value) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private async IAsyncEnumerable<string> NamesAsync(ListPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var last = "";;)
        {
            var (from, before) = position.DirectoriesBelow("", segments: 2);
            var names = await library.ListNamesAsync(kind, CodePointOrder.Compare(from, last) < 0 ? last : from, before, PageSize, cancellationToken);
            foreach (var name in names)
            {
                if (reader.MayRead(name) && !position.Skips($"{name}/"))
                {
                    yield return name;
                }
            }

            if (names.Count < PageSize)
            {
                yield break;
            }

            last = ListPosition.After($"{names[^1]}/");
        }
    }

    /// <summary>Versions with the directories of their keys. The current one is there a second time, as <c>current</c>, in its place among the names.</summary>
    private async IAsyncEnumerable<(string Directory, PublishedVersion Version)> VersionsAsync(
        string name, ListPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = (await library.FindCurrentAsync(kind, name, cancellationToken)).Succeeded(out var found, out _) && found.Import.Published().Succeeded(out _, out _) ? found : null;
        var currentDirectory = $"{name}/{S3Key.Current}/";
        for (var last = "";;)
        {
            var (from, before) = position.DirectoriesBelow($"{name}/", segments: 1);
            var versions = await library.ListVersionsAsync(name, CodePointOrder.Compare(from, last) < 0 ? last : from, before, PageSize, cancellationToken);
            foreach (var version in versions)
            {
                var directory = $"{name}/{version.Artifact.Version}/";
                if (current is not null && CodePointOrder.Compare(currentDirectory, directory) < 0)
                {
                    if (!position.Skips(currentDirectory))
                    {
                        yield return (currentDirectory, current);
                    }

                    current = null;
                }

                if (!position.Skips(directory))
                {
                    yield return (directory, version);
                }
            }

            if (versions.Count < PageSize)
            {
                break;
            }

            last = ListPosition.After($"{versions[^1].Artifact.Version}/");
        }

        if (current is not null && !position.Skips(currentDirectory))
        {
            yield return (currentDirectory, current);
        }
    }
}
