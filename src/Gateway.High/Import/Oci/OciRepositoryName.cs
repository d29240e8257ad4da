using System.Text.RegularExpressions;
using Gateway.Core;
using Gateway.Core.Manifests;

namespace Gateway.High.Import.Oci;

/// <summary>
/// A repository: <c>models/org/name</c> for a checkpoint, <c>datasets/org/name</c> for a dataset. Registries know lower case only, and no two artifacts differ in
/// case alone, so that the folded name is enough.
/// </summary>
/// <param name="Kind">Checkpoint or dataset.</param>
/// <param name="FoldedName"><c>org/name</c>, folded; it need not exist.</param>
internal sealed partial record OciRepositoryName(ArtifactKind Kind, string FoldedName)
{
    /// <summary>What names of repositories begin with, in the order in which they are listed.</summary>
    public static readonly IReadOnlyList<(ArtifactKind Kind, string Prefix)> Prefixes = [(ArtifactKind.Dataset, "datasets/"), (ArtifactKind.Checkpoint, "models/")];

    /// <summary>Longest name, in characters: clients give host and name together 255 (distribution-spec, "Pulling manifests").</summary>
    private const int MaximumLength = 255;

    /// <summary>Reads a name. Refuses with <see cref="RefusalCode.NameInvalid"/> what is none, with <see cref="RefusalCode.ImportUnknown"/> what no artifact has.</summary>
    public static Outcome<OciRepositoryName> Parse(string text)
    {
        if (!IsName(text))
        {
            return new Refusal(RefusalCode.NameInvalid, "a repository is models/org/name or datasets/org/name, in lower case");
        }

        foreach (var (kind, prefix) in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.AsSpan(prefix.Length).Count('/') == 1)
            {
                return new OciRepositoryName(kind, text[prefix.Length..]);
            }
        }

        return new Refusal(RefusalCode.ImportUnknown, text);
    }

    /// <summary>The name of an artifact's repository; null where registries have no spelling for it, such as for <c>org/name-</c>.</summary>
    public static string? Of(ArtifactName artifact) => Prefixes.First(pair => pair.Kind == artifact.Kind).Prefix + artifact.FoldedName is var name && IsName(name) ? name : null;

    private static bool IsName(string text) => text.Length <= MaximumLength && Name().IsMatch(text);

    [GeneratedRegex(@"\A[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Name();
}
