using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using Gateway.Core.Inspection.Verifiers.Protobuf;

namespace Gateway.Core.Inspection.Verifiers.SentencePiece;

/// <summary>What a model says beyond its syntax, as SentencePiece itself demands when it loads one (src/model_interface.cc, src/normalizer.cc).</summary>
internal sealed class SentencePieceModel : ProtobufVisitor, IDisposable
{
    private const ulong Normal = 1;
    private const ulong Unknown = 2;
    private const ulong Byte = 6;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789ABCDEF"u8);

    private static readonly string[] TypeNames = ["", "normal", "unknown", "control", "user defined", "unused", "byte"];
    private static readonly string[] ModelTypes = ["", "unigram", "bpe", "word", "char"];

    private readonly ProtobufNames names = new();
    private readonly int[] counts = new int[TypeNames.Length];
    private ulong type;
    private bool isByte;
    private bool hasByteFallback;

    public int Pieces { get; private set; }

    public string ModelType { get; private set; } = ModelTypes[1];

    public string Types => string.Join(
        ", ", Enumerable.Range(1, TypeNames.Length - 1).Where(t => counts[t] > 0).Select(t => $"{TypeNames[t]} x{Findings.Number(counts[t])}"));

    public override ProtobufFault? Begin(ProtobufField field)
    {
        type = Normal;
        isByte = false;
        return null;
    }

    public override ProtobufFault? End(ProtobufField? field)
    {
        if (field?.Path == "ModelProto.pieces")
        {
            Pieces++;
            counts[type]++;
            return type == Byte && !isByte ? ProtobufFault.Malformed("a piece of type BYTE that is no byte") : null;
        }

        return field is not null ? null
            : counts[Unknown] != 1 ? ProtobufFault.Malformed("not exactly one unknown piece")
            : counts[Byte] != (hasByteFallback ? 256 : 0) ? ProtobufFault.Malformed("pieces for bytes that do not agree with byte_fallback")
            : null;
    }

    public override ProtobufFault? Number(ProtobufField field, ulong value)
    {
        switch (field.Path)
        {
            case "SentencePiece.type":
                type = value;
                return value >= 1 && value < (ulong)TypeNames.Length ? null : ProtobufFault.Malformed("a piece of an unknown type");
            case "TrainerSpec.model_type":
                ModelType = value >= 1 && value < (ulong)ModelTypes.Length ? ModelTypes[value] : "";
                return ModelType.Length > 0 ? null : ProtobufFault.Malformed("an unknown type of model");
            case "TrainerSpec.byte_fallback":
                hasByteFallback = value == 1;
                return null;
            default:
                return field.Kind == ProtobufKind.Float && !float.IsFinite(BitConverter.UInt32BitsToSingle((uint)value))
                    ? ProtobufFault.Malformed($"{field.Path} is not finite")
                    : null;
        }
    }

    public override ProtobufFault? Text(ProtobufField field, ReadOnlySpan<byte> text) => field.Path switch
    {
        "SentencePiece.piece" => Piece(text),
        "NormalizerSpec.precompiled_charsmap" => IsCharsMap(text) ? null : ProtobufFault.Malformed("a precompiled_charsmap that is none"),
        _ => null,
    };

    public void Dispose() => names.Dispose();

    private ProtobufFault? Piece(ReadOnlySpan<byte> text)
    {
        isByte = text.Length == 6 && text.StartsWith("<0x"u8) && text[5] == '>' && !text[3..5].ContainsAnyExcept(Digits);
        return text.IsEmpty ? ProtobufFault.Malformed("an empty piece") : names.Add(0, "piece", text);
    }

    /// <summary>Bytes of a double-array trie of 32-bit units, the trie, and what it points at: strings of UTF-8 that each end with NUL.</summary>
    private static bool IsCharsMap(ReadOnlySpan<byte> map)
    {
        if (map.IsEmpty)
        {
            return true;
        }

        return map.Length > sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(map) is var trie
            && trie % sizeof(uint) == 0 && trie > 0 && trie < (uint)(map.Length - sizeof(uint))
            && map[^1] == 0 && Utf8.IsValid(map[(sizeof(uint) + (int)trie)..]);
    }
}
