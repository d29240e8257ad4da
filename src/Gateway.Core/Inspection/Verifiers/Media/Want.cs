namespace Gateway.Core.Inspection.Verifiers.Media;

/// <summary>Takes the next bytes as they come and gives how many of them it used.</summary>
internal delegate int Piece(ReadOnlySpan<byte> bytes);

/// <summary>What a verifier wants next of its file.</summary>
/// <param name="Bytes">How many; 0 with a piece for any number, at least one.</param>
/// <param name="Piece">Who takes them as they come; null where they are held until all are there.</param>
/// <param name="What">What they are, for a file that ends within them.</param>
internal readonly record struct Want(long Bytes, Piece? Piece, string What);
