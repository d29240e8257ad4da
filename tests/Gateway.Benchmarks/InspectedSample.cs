namespace Gateway.Benchmarks;

/// <summary>A scan of one block.</summary>
internal delegate void Scan(ReadOnlySpan<byte> block);

/// <summary>A file to inspect.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Path">What it is called.</param>
/// <param name="Make">Makes what is in it.</param>
/// <param name="Times">How often it is inspected for one figure.</param>
/// <param name="Scan">What reads its values or its text, where something does that can be measured alone.</param>
internal sealed record InspectedSample(string Name, string Path, Func<byte[]> Make, int Times = 1, Scan? Scan = null);
