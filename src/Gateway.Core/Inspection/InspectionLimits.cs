namespace Gateway.Core.Inspection;

/// <summary>
/// The limits of the verifiers. They are constants, not configuration: low and high must find the same in the same bytes, so a change
/// of any of them is a new <see cref="ArtifactInspector.VerifierVersion"/>.
/// </summary>
public static class InspectionLimits
{
    /// <summary>
    /// Bytes that a verifier sees at a time. Files are re-cut at multiples of it, so that findings cannot depend on the caller's chunks.
    /// </summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>Longest safetensors header, in bytes. The format allows 100 MB; 200,000 tensors with names of real checkpoints need 24 MB.</summary>
    public const int SafetensorsHeaderBytes = 32 * 1024 * 1024;

    /// <summary>Most tensors in one file. The largest published checkpoints have under 200,000 in all their shards together.</summary>
    public const int SafetensorsTensors = 250_000;

    /// <summary>Longest tensor name, in bytes of UTF-8. Real ones stay under 200.</summary>
    public const int TensorNameBytes = 1024;

    /// <summary>Most dimensions of a tensor or array; NumPy 2 allows 64, PyTorch 64.</summary>
    public const int Dimensions = 64;

    /// <summary>Most tensors over all shards of an artifact, because 16 bytes of each are kept until the index has been compared.</summary>
    public const int ArtifactTensors = 1_000_000;

    /// <summary>Longest npy header, in bytes: what NumPy itself reads (<c>max_header_size</c> of <c>numpy.load</c>).</summary>
    public const int NpyHeaderBytes = 10_000;

    /// <summary>Longest element of an npy string array, in bytes; NumPy pads every element to it.</summary>
    public const int NpyElementBytes = 1024 * 1024;

    /// <summary>Deepest nesting of JSON; the default of System.Text.Json, and far below where recursive readers overflow.</summary>
    public const int JsonDepth = 64;

    /// <summary>Longest JSON string or number, in bytes, because a token is held in memory until it is complete.</summary>
    public const int JsonTokenBytes = 16 * 1024 * 1024;

    /// <summary>Most digits and signs of a JSON number: Python refuses to read integers of more than 4,300 digits.</summary>
    public const int JsonNumberBytes = 4300;

    /// <summary>
    /// Most member names of all JSON objects that are open at once, because duplicates are found by remembering 16 bytes of each.
    /// Vocabularies have under 300,000.
    /// </summary>
    public const int JsonOpenNames = 1_000_000;

    /// <summary>Longest line of JSONL or record of CSV, in bytes: readers hold one in memory.</summary>
    public const int LineBytes = 16 * 1024 * 1024;

    /// <summary>Most columns of CSV.</summary>
    public const int CsvColumns = 100_000;
}
