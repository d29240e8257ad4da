namespace Gateway.Core.Inspection;

/// <summary>What totals say of a file of samples.</summary>
/// <param name="Members">Files that it holds.</param>
/// <param name="Count">Samples that these make.</param>
/// <param name="Formats">What its members are, in order.</param>
internal sealed record SampleTotals(long Members, long Count, IReadOnlyList<FileFormat> Formats);
