using System.Buffers;
using System.Text;
using Gateway.Core.Inspection.Json;

namespace Gateway.Core.Inspection.Verifiers.Gguf;

/// <summary>
/// The key-value pairs of a GGUF header: keys as the format spells them, none twice, and those whose value decides how the file is read
/// (ggml docs/gguf.md, "Standardized key-value pairs"). Values of all others mean something to a model only.
/// </summary>
/// <param name="text">Scans strings, with all other text of the file.</param>
internal sealed class GgufMetadata(Utf8Scan text)
{
    /// <summary>Where <c>general.alignment</c> is not written.</summary>
    private const int DefaultAlignment = 32;

    /// <summary>What the format says an alignment is a multiple of.</summary>
    private const int SmallestAlignment = 8;

    /// <summary>The format has lower_snake_case; llama.cpp also writes a hyphen, in keys that begin with an architecture such as gpt-oss.</summary>
    private static readonly SearchValues<byte> KeyBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-."u8);

    private readonly NameSet keys = new();
    private readonly List<Finding> templates = [];
    private readonly byte[] kept = new byte[GgufLimits.KeptBytes];
    private int keptBytes;
    private long textBytes;
    private Role role;
    private string key = "";
    private long keyAt;
    private ulong? part;

    private enum Role
    {
        None,
        Architecture,
        Alignment,
        ChatTemplate,
        Part,
        Parts,
    }

    /// <summary>What every beginning of a tensor is a multiple of.</summary>
    public int Alignment { get; private set; } = DefaultAlignment;

    /// <summary>The value of <c>general.architecture</c>; empty in a later part of a split model.</summary>
    public string Architecture { get; private set; } = "";

    /// <summary>Number of keys.</summary>
    public int Count => keys.Count;

    /// <summary>Parts of the model, where it is split.</summary>
    public ulong? Parts { get; private set; }

    /// <summary>Which part this is, from 1; 0 where the model is not split.</summary>
    public ulong PartNumber => part + 1 ?? 0;

    /// <summary>Findings that warn; complete behind the last pair.</summary>
    public IEnumerable<Finding> ChatTemplates => templates;

    /// <summary>A key, and the type of the value that comes.</summary>
    public Finding? Begin(ReadOnlySpan<byte> name, GgufValueType type, long at)
    {
        key = Findings.Quote(name);
        keyAt = at;
        if (name.IsEmpty || name.ContainsAnyExcept(KeyBytes) || name[0] is (byte)'.' or (byte)'_' || name[^1] == '.' || name.IndexOf(".."u8) >= 0)
        {
            return Malformed($"the key {key}, which is no lower_snake_case in segments");
        }

        // @huggingface/gguf keeps the header's own fields among the pairs, under these names.
        if (name.SequenceEqual("version"u8) || name.SequenceEqual("tensor_count"u8) || name.SequenceEqual("kv_count"u8))
        {
            return Malformed($"the key {key}, which readers take for a field of the header");
        }

        if (!keys.Add(TensorTag.Of(name)))
        {
            return Malformed($"the key {key} twice");
        }

        keptBytes = 0;
        textBytes = 0;
        (role, var expected) = name switch
        {
            _ when name.SequenceEqual("general.architecture"u8) => (Role.Architecture, GgufValueType.String),
            _ when name.SequenceEqual("general.alignment"u8) => (Role.Alignment, GgufValueType.UInt32),
            _ when name.SequenceEqual("split.no"u8) => (Role.Part, GgufValueType.UInt16),
            _ when name.SequenceEqual("split.count"u8) => (Role.Parts, GgufValueType.UInt16),
            // A list of the names that follow tokenizer.chat_template; no template itself.
            _ when name.SequenceEqual("tokenizer.chat_templates"u8) => (Role.None, GgufValueType.Array),
            _ when name.StartsWith("tokenizer.chat_template"u8) => (Role.ChatTemplate, GgufValueType.String),
            _ => (Role.None, type),
        };
        return type == expected ? null : Malformed($"{key} is not of type {expected}");
    }

    /// <summary>The value of a number or boolean, as it is stored.</summary>
    public Finding? Number(ulong bits)
    {
        switch (role)
        {
            case Role.Alignment when bits < SmallestAlignment || !ulong.IsPow2(bits):
                return Malformed($"the alignment {bits}, which is no power of two from {SmallestAlignment}");
            case Role.Alignment when bits > GgufLimits.Alignment:
                return Findings.Refuse(RefusalCode.LimitExceeded, keyAt, $"an alignment of more than {Findings.Number(GgufLimits.Alignment)} bytes");
            case Role.Alignment:
                Alignment = (int)bits;
                return null;
            case Role.Part:
                part = bits;
                return null;
            case Role.Parts:
                Parts = bits;
                return null;
            default:
                return null;
        }
    }

    /// <summary>The next bytes of a string that is a value.</summary>
    public Finding? Text(ReadOnlySpan<byte> bytes, long at)
    {
        var taken = Math.Min(bytes.Length, kept.Length - keptBytes);
        bytes[..taken].CopyTo(kept.AsSpan(keptBytes));
        keptBytes += taken;
        textBytes += bytes.Length;
        return text.Append(bytes, at);
    }

    /// <summary>The string ended at an offset of the file.</summary>
    public Finding? EndText(long at)
    {
        if (text.Complete(at) is { } cut)
        {
            return cut;
        }

        var value = kept.AsSpan(0, keptBytes);
        if (role == Role.Architecture)
        {
            if (textBytes is 0 or > GgufLimits.ArchitectureBytes || value.ContainsAnyExcept(KeyBytes))
            {
                return Malformed($"the architecture {Findings.Quote(value)}, which is no lower-case word");
            }

            Architecture = Encoding.ASCII.GetString(value);
        }

        if (role == Role.ChatTemplate)
        {
            templates.Add(Findings.Warn(
                FindingCodes.ChatTemplate, keyAt, $"{key} is a Jinja template of {Findings.Number(textBytes)} bytes, which a tokenizer runs", Findings.Quote(value)));
        }

        return templates.Count > GgufLimits.ChatTemplates
            ? Findings.Refuse(RefusalCode.LimitExceeded, keyAt, $"more than {GgufLimits.ChatTemplates} chat templates")
            : null;
    }

    /// <summary>The last pair ended at an offset of the file.</summary>
    public Finding? Complete(long at)
    {
        keyAt = at;
        if (part.HasValue != Parts.HasValue || part >= Parts)
        {
            return Malformed("split.no and split.count, which do not agree");
        }

        // Writers put the metadata of a split model into its first part alone.
        return Architecture.Length == 0 && part is null or 0 ? Malformed("no general.architecture") : null;
    }

    private Finding Malformed(string what) => Findings.Refuse(RefusalCode.FormatMalformed, keyAt, $"the GGUF metadata has {what}");
}
