namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>Where a message lies: <c>Block</c> of File.fbs.</summary>
/// <param name="Offset">Offset in the file of its first byte, the continuation mark.</param>
/// <param name="MetadataBytes">Bytes before its body.</param>
/// <param name="BodyBytes">Bytes of its body.</param>
internal readonly record struct ArrowBlock(long Offset, int MetadataBytes, long BodyBytes);
