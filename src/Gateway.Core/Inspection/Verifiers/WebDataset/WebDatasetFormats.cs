using System.Collections.Frozen;

namespace Gateway.Core.Inspection.Verifiers.WebDataset;

/// <summary>What the name of a member claims, and whether that may be a part of a sample.</summary>
internal static class WebDatasetFormats
{
    /// <summary>
    /// Endings that webdataset reads as text, whole numbers or JSON without being told (webdataset, autodecode.decoders and writer.make_handlers). Alone, as files
    /// of an artifact, these names claim nothing.
    /// </summary>
    private static readonly FrozenDictionary<string, FileFormat> SampleEndings = new Dictionary<string, FileFormat>
    {
        [".cls"] = FileFormat.Text,
        [".cls2"] = FileFormat.Text,
        [".class"] = FileFormat.Text,
        [".count"] = FileFormat.Text,
        [".index"] = FileFormat.Text,
        [".inx"] = FileFormat.Text,
        [".id"] = FileFormat.Text,
        [".text"] = FileFormat.Text,
        [".transcript"] = FileFormat.Text,
        [".jsn"] = FileFormat.Json,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The format that a member's name claims; unknown where it claims none.</summary>
    public static FileFormat FromName(string name) =>
        FormatGuess.FromName(name) is not FileFormat.Unknown and var format ? format
            : SampleEndings.GetValueOrDefault(name.LastIndexOf('.') is >= 0 and var dot ? name[dot..] : "", FileFormat.Unknown);

    /// <summary>Why a format may not be within a tar, or null.</summary>
    public static Finding? Refuse(FileFormat format)
    {
        if (format == FileFormat.Unknown)
        {
            return null;
        }

        // A checkpoint within a dataset would pass policies on checkpoints.
        return FormatTable.Of(format) switch
        {
            { IsArchive: true } => Findings.Refuse(RefusalCode.ArchiveRefused, null, "an archive in an archive, by its name"),
            { IsWeights: true } or { Format: FileFormat.SafetensorsIndex } =>
                Findings.Refuse(RefusalCode.KindMismatch, null, "weights are no samples; submit them as a checkpoint and arrays as npy"),
            _ => null,
        };
    }
}
