using System.IO.Hashing;
using System.Runtime.InteropServices;
using Gateway.Core.Manifests;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>
/// The names of a tar's entries and the samples that they make, as 128-bit hashes: equal names always have equal hashes, so no collision is missed; names crafted
/// to collide only get their own file refused. The rules are those of <see cref="ArtifactPaths"/>, one path at a time.
/// </summary>
internal sealed class WebDatasetNames
{
    private readonly HashSet<UInt128> files = [];
    private readonly HashSet<UInt128> directories = [];
    private readonly HashSet<UInt128> declared = [];
    private readonly HashSet<UInt128> keys = [];
    private UInt128 current;
    private long split;
    private long firstSplit;

    /// <summary>Files among the entries.</summary>
    public int Members => files.Count;

    /// <summary>Samples: keys that are not equal.</summary>
    public int Samples => keys.Count;

    /// <summary>Of samples that are not in one piece.</summary>
    public IEnumerable<Finding> Warnings =>
        split == 0
            ? []
            :
            [
                Findings.Warn(
                    FindingCodes.SampleSplit, firstSplit, $"a sample comes again behind others, {Findings.Number(split)} times: readers take it for several"),
            ];

    /// <summary>Adds an entry whose header begins at an offset of the file.</summary>
    public Finding? Add(ArtifactPath path, bool isDirectory, long offset)
    {
        var folded = path.Folded;
        var name = Hash(folded);
        if (isDirectory ? files.Contains(name) || !declared.Add(name) : directories.Contains(name) || !files.Add(name))
        {
            return Collision(path.Value, offset);
        }

        if (files.Count > WebDatasetLimits.Members)
        {
            return Findings.Refuse(RefusalCode.LimitExceeded, offset, $"more than {Findings.Number(WebDatasetLimits.Members)} members");
        }

        for (var end = isDirectory ? folded.Length : folded.LastIndexOf('/'); end > 0; end = folded.LastIndexOf('/', end - 1))
        {
            var directory = Hash(folded.AsSpan(0, end));
            if (!directories.Add(directory))
            {
                break;
            }

            if (files.Contains(directory))
            {
                return Collision(path.Value, offset);
            }
        }

        if (directories.Count > WebDatasetLimits.Directories)
        {
            return Findings.Refuse(RefusalCode.LimitExceeded, offset, $"more than {Findings.Number(WebDatasetLimits.Directories)} directories");
        }

        return isDirectory ? null : Group(path.Value, offset);
    }

    /// <summary>
    /// A sample is what is equal up to the first dot of the file's name (webdataset, tariterators.base_plus_ext). Files without a dot are passed over by its
    /// reader; a dot in front of a name makes it take the directory for a key.
    /// </summary>
    private Finding? Group(string path, long offset)
    {
        var name = path.LastIndexOf('/') + 1;
        var dot = path.IndexOf('.', name);
        if (dot == name)
        {
            return Findings.Refuse(RefusalCode.PathInvalid, offset, $"member {Findings.Quote(path)}: a name that begins with a dot has no key");
        }

        if (dot < 0)
        {
            return null;
        }

        var key = Hash(path.AsSpan(0, dot));
        if (key != current && !keys.Add(key))
        {
            firstSplit = split == 0 ? offset : firstSplit;
            split++;
        }

        current = key;
        return null;
    }

    private static UInt128 Hash(ReadOnlySpan<char> name) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(name));

    private static Finding Collision(string path, long offset) =>
        Findings.Refuse(
            RefusalCode.PathCollision, offset, $"member {Findings.Quote(path)}: there already, in this case or another, or as a directory of others");
}
