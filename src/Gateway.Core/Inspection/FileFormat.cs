using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Core.Inspection;

/// <summary>What a file is. Each format but <see cref="Unknown"/> has a verifier that accounts for every byte.</summary>
public enum FileFormat
{
    /// <summary>None of those that may cross; never accepted.</summary>
    Unknown = 0,
    /// <summary>Tensors, huggingface/safetensors.</summary>
    Safetensors = 1,
    /// <summary>Which shard holds which tensor, <c>*.safetensors.index.json</c>.</summary>
    SafetensorsIndex = 2,
    /// <summary>One array without objects, NumPy's NEP 1 format 1.0 to 3.0.</summary>
    Npy = 3,
    /// <summary>One JSON text, RFC 8259.</summary>
    Json = 4,
    /// <summary>One JSON object or array a line.</summary>
    JsonLines = 5,
    /// <summary>Comma-separated values, RFC 4180.</summary>
    Csv = 6,
    /// <summary>UTF-8 text under a listed name.</summary>
    Text = 7,
    /// <summary>Tensors and what a runtime needs of their model, ggml's GGUF version 3.</summary>
    Gguf = 8,
    /// <summary>Arrays without objects, what <c>numpy.savez</c> writes.</summary>
    Npz = 9,
    /// <summary>Samples in a tar archive, webdataset.</summary>
    WebDataset = 10,
    /// <summary>Columns of a table in compressed pages, apache/parquet-format.</summary>
    Parquet = 11,
    /// <summary>Tables of columns, Apache Arrow IPC: the file format (Feather version 2) or the streaming format.</summary>
    Arrow = 12,
    /// <summary>A model as a graph of operators with its weights, onnx/onnx.</summary>
    Onnx = 13,
    /// <summary>A tokenizer's pieces and scores, google/sentencepiece.</summary>
    SentencePiece = 14,
    /// <summary>One image that does not move, PNG third edition.</summary>
    Png = 15,
    /// <summary>One image, ITU-T T.81 with Huffman coding.</summary>
    Jpeg = 16,
    /// <summary>One image, which may move, RFC 9649.</summary>
    WebP = 17,
    /// <summary>Samples of sound in a RIFF.</summary>
    Wav = 18,
    /// <summary>Sound, compressed without loss, RFC 9639.</summary>
    Flac = 19,
    /// <summary>Tab-separated values, IANA text/tab-separated-values.</summary>
    Tsv = 20,
}

/// <summary>The words that documents, policy and people use for formats.</summary>
public static class FileFormats
{
    private const string UnknownName = "unknown";

    private static readonly FrozenDictionary<string, FileFormat> ByName =
        FormatTable.All.Select(e => (e.Name, e.Format)).Append((UnknownName, FileFormat.Unknown)).ToFrozenDictionary(e => e.Item1, e => e.Item2, StringComparer.Ordinal);

    /// <summary>The word, e.g. <c>jsonl</c>.</summary>
    public static string Name(this FileFormat format) => format == FileFormat.Unknown ? UnknownName : FormatTable.Of(format).Name;

    /// <summary>The verifier that reads it and its version, e.g. <c>jsonl/1</c>.</summary>
    public static string Verifier(this FileFormat format) =>
        format == FileFormat.Unknown ? UnknownName : string.Create(CultureInfo.InvariantCulture, $"{FormatTable.Of(format).Name}/{FormatTable.Of(format).Version}");

    /// <summary>Reads the word; exactly one spelling.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out FileFormat format)
    {
        format = FileFormat.Unknown;
        return name is not null && ByName.TryGetValue(name, out format);
    }

    /// <summary>What inspection of this format leaves open, one phrase each, so that nobody takes acceptance for more than it is.</summary>
    public static IReadOnlyList<string> NotChecked(this FileFormat format) => format == FileFormat.Unknown ? [] : FormatTable.Of(format).NotChecked;
}
