using Gateway.Core.Inspection;
using Gateway.Core.Manifests;

namespace Gateway.High.Import.Oci;

/// <summary>What a file is to those who load a model (model-spec, docs/spec.md). Always the raw form: the layer is the file, and its digest the one that people signed.</summary>
internal static class LayerMediaType
{
    private const string Weight = "application/vnd.cncf.model.weight.v1.raw";
    private const string WeightConfiguration = "application/vnd.cncf.model.weight.config.v1.raw";
    private const string Documentation = "application/vnd.cncf.model.doc.v1.raw";
    private const string Dataset = "application/vnd.cncf.model.dataset.v1.raw";

    /// <summary>Endings of text that is read by programs: vocabularies, merges, chat templates.</summary>
    private static readonly string[] TextOfPrograms = [".txt", ".jinja"];

    /// <summary>The media type of a file in an artifact of a kind. The format is the one that inspection proved.</summary>
    public static string Of(ArtifactKind kind, ManifestFile file)
    {
        var format = FileFormats.TryParse(file.Format, out var known) ? known : FileFormat.Unknown;
        if (kind == ArtifactKind.Dataset)
        {
            return format == FileFormat.Text && !IsOfPrograms(file) ? Documentation : Dataset;
        }

        return format switch
        {
            FileFormat.Safetensors or FileFormat.Gguf or FileFormat.Onnx or FileFormat.Npy or FileFormat.Npz => Weight,
            FileFormat.SafetensorsIndex or FileFormat.Json or FileFormat.SentencePiece => WeightConfiguration,
            FileFormat.Text => IsOfPrograms(file) ? WeightConfiguration : Documentation,

            // Those that come with a checkpoint illustrate its card.
            FileFormat.Png or FileFormat.Jpeg or FileFormat.WebP => Documentation,
            _ => Dataset,
        };
    }

    // A licence is documentation under any ending.
    private static bool IsOfPrograms(ManifestFile file) =>
        Array.Exists(TextOfPrograms, ending => file.Path.Value.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        && FormatGuess.FromName(Path.GetFileNameWithoutExtension(file.Path.Value)) != FileFormat.Text;
}
