using Gateway.Core.Inspection.Verifiers.Protobuf;
using static Gateway.Core.Inspection.Verifiers.Protobuf.ProtobufSchema;

namespace Gateway.Core.Inspection.Verifiers.SentencePiece;

/// <summary>Messages of src/sentencepiece_model.proto (google/sentencepiece 0.2); extensions, from field 200 on, are left out and so refused.</summary>
internal static class SentencePieceSchema
{
    /// <summary>Longest precompiled_charsmap, in bytes; those that SentencePiece brings have 240 KB.</summary>
    private const int CharsMapBytes = 4 * 1024 * 1024;

    public static ProtobufSchema Model { get; } = new("ModelProto", () =>
    [
        Many(1, "pieces", Piece) with { IsRequired = true },
        One(2, "trainer_spec", TrainerSpec) with { IsRequired = true },
        One(3, "normalizer_spec", NormalizerSpec) with { IsRequired = true },
        One(4, "self_test_data", SelfTestData),
        One(5, "denormalizer_spec", NormalizerSpec),
    ]);

    private static ProtobufSchema Piece { get; } = new("SentencePiece", () =>
    [
        Text(1, "piece") with { IsRequired = true },
        Number(2, "score", ProtobufKind.Float),
        Number(3, "type", ProtobufKind.Int32),
    ]);

    private static ProtobufSchema TrainerSpec { get; } = new("TrainerSpec", () =>
    [
        Texts(1, "input"),
        Text(2, "model_prefix"),
        Number(3, "model_type", ProtobufKind.Int32),
        Number(4, "vocab_size", ProtobufKind.Int32),
        Texts(5, "accept_language"),
        Number(6, "self_test_sample_size", ProtobufKind.Int32),
        Text(7, "input_format"),
        Number(10, "character_coverage", ProtobufKind.Float),
        Number(11, "input_sentence_size", ProtobufKind.UInt64),
        Number(12, "mining_sentence_size", ProtobufKind.Int32),
        Number(13, "training_sentence_size", ProtobufKind.Int32),
        Number(14, "seed_sentencepiece_size", ProtobufKind.Int32),
        Number(15, "shrinking_factor", ProtobufKind.Float),
        Number(16, "num_threads", ProtobufKind.Int32),
        Number(17, "num_sub_iterations", ProtobufKind.Int32),
        Number(18, "max_sentence_length", ProtobufKind.Int32),
        Number(19, "shuffle_input_sentence", ProtobufKind.Bool),
        Number(20, "max_sentencepiece_length", ProtobufKind.Int32),
        Number(21, "split_by_unicode_script", ProtobufKind.Bool),
        Number(22, "split_by_whitespace", ProtobufKind.Bool),
        Number(23, "split_by_number", ProtobufKind.Bool),
        Number(24, "treat_whitespace_as_suffix", ProtobufKind.Bool),
        Number(25, "split_digits", ProtobufKind.Bool),
        Number(26, "allow_whitespace_only_pieces", ProtobufKind.Bool),
        Texts(30, "control_symbols"),
        Texts(31, "user_defined_symbols"),
        Number(32, "vocabulary_output_piece_score", ProtobufKind.Bool),
        Number(33, "hard_vocab_limit", ProtobufKind.Bool),
        Number(34, "use_all_vocab", ProtobufKind.Bool),
        Number(35, "byte_fallback", ProtobufKind.Bool),
        Text(36, "required_chars", ProtobufLimits.TextBytes),
        Number(40, "unk_id", ProtobufKind.Int32),
        Number(41, "bos_id", ProtobufKind.Int32),
        Number(42, "eos_id", ProtobufKind.Int32),
        Number(43, "pad_id", ProtobufKind.Int32),
        Text(44, "unk_surface"),
        Text(45, "unk_piece"),
        Text(46, "bos_piece"),
        Text(47, "eos_piece"),
        Text(48, "pad_piece"),
        Number(49, "train_extremely_large_corpus", ProtobufKind.Bool),
        Number(50, "enable_differential_privacy", ProtobufKind.Bool),
        Number(51, "differential_privacy_noise_level", ProtobufKind.Float),
        Number(52, "differential_privacy_clipping_threshold", ProtobufKind.UInt64),
        Text(53, "pretokenization_delimiter"),
        Text(54, "seed_sentencepieces_file"),
    ]);

    private static ProtobufSchema NormalizerSpec { get; } = new("NormalizerSpec", () =>
    [
        Text(1, "name"),
        Bytes(2, "precompiled_charsmap", CharsMapBytes),
        Number(3, "add_dummy_prefix", ProtobufKind.Bool),
        Number(4, "remove_extra_whitespaces", ProtobufKind.Bool),
        Number(5, "escape_whitespaces", ProtobufKind.Bool),
        Text(6, "normalization_rule_tsv", ProtobufLimits.TextBytes),
    ]);

    private static ProtobufSchema SelfTestData { get; } = new("SelfTestData", () => [Many(1, "samples", Sample)]);

    private static ProtobufSchema Sample { get; } = new("SelfTestData.Sample", () =>
        [Text(1, "input", ProtobufLimits.TextBytes), Text(2, "expected", ProtobufLimits.TextBytes)]);
}
