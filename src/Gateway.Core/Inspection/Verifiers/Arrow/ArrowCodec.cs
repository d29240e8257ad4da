namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>How buffers of a batch are compressed: <c>CompressionType</c> of Message.fbs, and none.</summary>
internal enum ArrowCodec
{
    None = -1,
    Lz4Frame = 0,
    Zstd = 1,
}
