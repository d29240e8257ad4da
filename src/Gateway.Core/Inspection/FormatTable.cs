using System.Collections.Frozen;
using Gateway.Core.Inspection.Verifiers;
using Gateway.Core.Inspection.Verifiers.Arrow;
using Gateway.Core.Inspection.Verifiers.Gguf;
using Gateway.Core.Inspection.Verifiers.Media.Flac;
using Gateway.Core.Inspection.Verifiers.Media.Jpeg;
using Gateway.Core.Inspection.Verifiers.Media.Png;
using Gateway.Core.Inspection.Verifiers.Media.Riff;
using Gateway.Core.Inspection.Verifiers.Npz;
using Gateway.Core.Inspection.Verifiers.Onnx;
using Gateway.Core.Inspection.Verifiers.Parquet;
using Gateway.Core.Inspection.Verifiers.SentencePiece;
using Gateway.Core.Inspection.Verifiers.WebDataset;

namespace Gateway.Core.Inspection;

/// <summary>The formats that may cross. A file of any other is unknown, and refused.</summary>
internal static class FormatTable
{
    /// <summary>What the scan of text does not see.</summary>
    private const string Unseen = "keys, addresses and URLs in text that are encoded, split or not in ASCII";

    /// <summary>What is checked after all where a manifest names a schema.</summary>
    public const string SchemaOfValues = "schema of values";

    private static readonly string[] Values = ["meaning of values", SchemaOfValues, Unseen];

    /// <summary>One row a format.</summary>
    public static IReadOnlyList<FormatEntry> All { get; } =
    [
        new(
            FileFormat.Safetensors,
            "safetensors",
            3,
            [".safetensors"],
            content => new SafetensorsVerifier(content.Bytes),
            ["meaning of tensors", "data hidden in tensor values", Unseen])
        {
            Begins = SafetensorsVerifier.Begins,
            IsWeights = true,
        },
        new(FileFormat.SafetensorsIndex, "safetensors-index", 2, [".safetensors.index.json"], _ => new SafetensorsIndexVerifier(), [Unseen]) { IsText = true },
        new(
            FileFormat.Npy,
            "npy",
            2,
            [".npy"],
            content => new NpyVerifier(content.Bytes),
            ["meaning of arrays", "data hidden in array values"])
        {
            Begins = (head, _) => head.StartsWith(NpyVerifier.Magic),
        },
        new(
            FileFormat.Npz,
            "npz",
            2,
            [".npz"],
            content => new NpzVerifier(content.Bytes),
            ["meaning of arrays", "data hidden in array values", "data hidden in how arrays are compressed"])
        {
            Begins = (head, _) => NpzVerifier.Begins(head),
            // PK is a persistent id to a pickle reader, which nothing that reads arrays resolves; walking on would take array data for opcodes.
            IsNoPickle = true,
            IsArchive = true,
        },
        new(
            FileFormat.WebDataset,
            "webdataset",
            1,
            [".tar"],
            content => new WebDatasetVerifier(content),
            ["meaning of samples", "times, modes and owners of members"])
        {
            // Any tar begins so, whatever is in it: under another name it is refused as an archive.
            IsArchive = true,
        },
        new(
            FileFormat.Parquet,
            "parquet",
            1,
            [".parquet"],
            content => new ParquetVerifier(content),
            [
                "compressed pages of Parquet, which the low side decodes where they are not within a tar",
                "statistics and bloom filters of Parquet against its values",
                "meaning of values",
                SchemaOfValues,
            ])
        {
            Begins = (head, _) => ParquetVerifier.Begins(head),
            HasRows = true,
        },
        new(FileFormat.Json, "json", 2, [".json"], content => new JsonVerifier(content.Name), Values) { IsText = true },
        new(FileFormat.JsonLines, "jsonl", 3, [".jsonl", ".ndjson"], _ => new JsonLinesVerifier(), Values) { IsText = true, HasRows = true },
        new(FileFormat.Csv, "csv", 3, [".csv"], _ => new CsvVerifier(FileFormat.Csv), Values) { IsText = true, HasRows = true },
        new(FileFormat.Tsv, "tsv", 2, [".tsv"], _ => new CsvVerifier(FileFormat.Tsv), Values) { IsText = true, HasRows = true },
        new(
            FileFormat.Gguf,
            "gguf",
            2,
            [".gguf"],
            content => new GgufVerifier(content.Bytes),
            ["meaning of tensors", "NaN and infinity in tensors that are quantised", "data hidden in tensor values", "meaning of metadata", "what chat templates do"])
        {
            Begins = (head, _) => GgufVerifier.Begins(head),
            IsWeights = true,
        },
        new(FileFormat.Text, "text", 2, [".txt", ".md", ".jinja"], content => new TextVerifier(content.Name), ["meaning of text", Unseen]) { IsText = true },
        new(
            FileFormat.Arrow,
            "arrow",
            2,
            [".arrow", ".feather"],
            content => new ArrowVerifier(content.Bytes),
            [
                "compressed buffers of Arrow batches, which the low side decodes where they are not within a tar",
                "meaning of values",
                "padding of up to 7 bytes in Arrow buffers, and values under nulls or that no row shows",
                SchemaOfValues,
                "UTF-8 of values in Arrow strings",
            ])
        {
            Begins = ArrowVerifier.Begins,
            HasRows = true,
        },
        new(
            FileFormat.Onnx,
            "onnx",
            2,
            [".onnx"],
            content => new OnnxVerifier(content.Bytes),
            [
                "behaviour of models", "order and types of nodes", "calls between functions", "indices of sparse tensors", "data hidden in tensor values",
                "NaN and infinity in tensors",
            ])
        {
            IsWeights = true,
        },
        new(
            FileFormat.SentencePiece,
            "sentencepiece",
            1,
            [".model"],
            content => new SentencePieceVerifier(content.Bytes),
            ["meaning of vocabularies", "trie of normalization rules"]),
        new(FileFormat.Png, "png", 1, [".png"], content => new PngVerifier(content.Bytes), ["meaning of images", "data hidden in pixels", "content of image metadata"])
        {
            Begins = (head, _) => head.StartsWith(PngVerifier.Signature),
        },
        new(
            FileFormat.Jpeg,
            "jpeg",
            1,
            [".jpg", ".jpeg"],
            content => new JpegVerifier(content.Bytes),
            ["meaning of images", "entropy-coded data of JPEG between its markers", "content of image metadata"])
        {
            Begins = (head, _) => head.StartsWith(JpegVerifier.Begin),
        },
        new(
            FileFormat.WebP,
            "webp",
            1,
            [".webp"],
            content => new WebPVerifier(content.Bytes),
            ["meaning of images", "compressed pixels of WebP behind their headers", "content of image metadata"])
        {
            Begins = (head, _) => RiffVerifier.Begins(head, "WEBP"u8),
        },
        new(FileFormat.Wav, "wav", 1, [".wav"], content => new WavVerifier(content.Bytes), ["meaning of sound", "data hidden in samples", "content of sound metadata"])
        {
            Begins = (head, _) => RiffVerifier.Begins(head, "WAVE"u8),
        },
        new(
            FileFormat.Flac,
            "flac",
            2,
            [".flac"],
            content => new FlacVerifier(content.Bytes),
            ["meaning of sound", "data hidden in samples", "MD5 of FLAC samples", "content of sound metadata"])
        {
            Begins = (head, _) => head.StartsWith(FlacVerifier.Marker),
        },
    ];

    private static readonly FrozenDictionary<FileFormat, FormatEntry> ByFormat = All.ToFrozenDictionary(e => e.Format);

    /// <summary>The row of a format that may cross.</summary>
    public static FormatEntry Of(FileFormat format) => ByFormat[format];

    /// <summary>The format that a first block shows beyond doubt, or <see cref="FileFormat.Unknown"/>.</summary>
    public static FileFormat Recognise(ReadOnlySpan<byte> head, long bytes)
    {
        foreach (var entry in All)
        {
            if (entry.Begins?.Invoke(head, bytes) == true)
            {
                return entry.Format;
            }
        }

        return FileFormat.Unknown;
    }
}
