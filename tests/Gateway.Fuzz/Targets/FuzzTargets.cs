using Gateway.Core.Inspection;

namespace Gateway.Fuzz.Targets;

/// <summary>Every target: one for each format that may cross, for names that change what a verifier looks for, and for what a worker may answer.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. FormatTable.All.Select(e => OfFile(e.Name, "a" + e.Endings[0], e.Format)),
        OfFile("json-modules", "modules.json", FileFormat.Json),
        OfFile("text-licence", "LICENSE", FileFormat.Text),
        // No name that may cross: pickles, programs, archives and sources are told apart.
        OfFile("unknown", "a.bin", FileFormat.Unknown),
        new("report", DocumentRules.TryReport) { Seeds = DocumentRules.Reports },
        new("frame", DocumentRules.TryFrame) { Seeds = DocumentRules.Frames },
    ];

    public static FuzzTarget Of(string name) => All.Single(t => t.Name == name);

    private static FuzzTarget OfFile(string name, string path, FileFormat format)
    {
        var rules = new InspectionRules(path, format);
        return new(name, rules.Try)
        {
            Seeds = vectors => vectors.All.Where(v => FormatGuess.FromName(v.Path) == format).Select(v => v.Input),
            Mend = format switch
            {
                FileFormat.Png => Checksums.MendPng,
                FileFormat.WebDataset => Checksums.MendTar,
                _ => null,
            },
        };
    }
}
