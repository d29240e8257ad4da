namespace Gateway.Core.Inspection.Verifiers.Arrow;

/// <summary>The columns of a file or stream.</summary>
/// <param name="Columns">In their order.</param>
/// <param name="Dictionaries">The field whose values each dictionary holds, by id.</param>
/// <param name="Extensions">Names of extension types, quoted, in the order in which they come; cut at a limit.</param>
/// <param name="Digest">SHA-256 of everything that it says, so that two schemas are the same where it is.</param>
internal sealed record ArrowSchema(
    IReadOnlyList<ArrowField> Columns, IReadOnlyDictionary<long, ArrowField> Dictionaries, IReadOnlyList<string> Extensions, Digest Digest);
