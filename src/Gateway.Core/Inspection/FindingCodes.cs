namespace Gateway.Core.Inspection;

/// <summary>Codes of findings that warn or inform. A site's policy may deny any of them.</summary>
public static class FindingCodes
{
    /// <summary>A CSV field that a spreadsheet would run as a formula (OWASP, CSV injection).</summary>
    public const string CsvFormula = "CSV_FORMULA";

    /// <summary>
    /// Bidirectional controls, which make text read otherwise than it is stored (CVE-2021-42574); Arabic and Hebrew data holds them rightly.
    /// </summary>
    public const string BidiControl = "BIDI_CONTROL";

    /// <summary>DEL or C1 controls: web text carries them from wrong decoding; a terminal may obey them.</summary>
    public const string ControlCharacter = "CONTROL_CHARACTER";

    /// <summary>A configuration that names code for its loader to import (<c>auto_map</c>).</summary>
    public const string RemoteCode = "REMOTE_CODE";

    /// <summary>A Jinja template that a tokenizer runs (<c>chat_template</c>).</summary>
    public const string ChatTemplate = "CHAT_TEMPLATE";

    /// <summary>An Arrow extension type, whose name and metadata a reader may hand to code that is registered for it.</summary>
    public const string ArrowExtension = "ARROW_EXTENSION";

    /// <summary>A value of metadata so long that it may be content of its own. It informs and does not warn.</summary>
    public const string LongMetadata = "LONG_METADATA";

    /// <summary>An operator outside of the ONNX standard, which code of a runtime or library runs.</summary>
    public const string CustomOperator = "CUSTOM_OPERATOR";

    /// <summary>Text, Exif, XMP or the like beside pixels or sound: data that no decoder of them checks, and that may name people and places.</summary>
    public const string MediaMetadata = "MEDIA_METADATA";

    /// <summary>A sample whose members do not follow one another, which readers take for several.</summary>
    public const string SampleSplit = "SAMPLE_SPLIT";

    /// <summary>URLs in text, which are counted. It informs and does not warn.</summary>
    public const string Urls = "URLS";

    /// <summary>What looks like mail addresses in text, which is data of people. It informs and does not warn.</summary>
    public const string EmailAddresses = "EMAIL_ADDRESSES";

    /// <summary>What looks like keys, tokens or passwords in text; who trains on them may hand them out.</summary>
    public const string Keys = "KEYS";

    /// <summary>Strings that a safetensors header holds beside its tensors. It informs and does not warn.</summary>
    public const string Metadata = "METADATA";

    /// <summary>Element types that few readers know. It informs and does not warn.</summary>
    public const string UnusualType = "UNUSUAL_TYPE";

    /// <summary>A header that is long, or long beside what it describes. It informs and does not warn.</summary>
    public const string LargeHeader = "LARGE_HEADER";

    /// <summary>Floating-point numbers that are infinite or not a number. It informs and does not warn.</summary>
    public const string NonFinite = "NON_FINITE";

    /// <summary>A file that is called a licence, and which it begins as. It informs and does not warn.</summary>
    public const string LicenceFile = "LICENCE_FILE";

    /// <summary>A checkpoint of more tensors than its inspection lists.</summary>
    public const string TensorsNotListed = "TENSORS_NOT_LISTED";

    /// <summary>Every code.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ArrowExtension, BidiControl, ChatTemplate, ControlCharacter, CsvFormula, CustomOperator, EmailAddresses, Keys, LargeHeader, LicenceFile,
        LongMetadata, MediaMetadata, Metadata, NonFinite, RemoteCode, SampleSplit, TensorsNotListed, UnusualType, Urls,
    ];
}
