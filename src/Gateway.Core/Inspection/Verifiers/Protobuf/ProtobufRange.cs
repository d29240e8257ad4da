namespace Gateway.Core.Inspection.Verifiers.Protobuf;

/// <summary>What is kept of numbers that are only counted.</summary>
/// <param name="Count">How many.</param>
/// <param name="Least">The least; unsigned ones beyond the range of a long count as its greatest.</param>
/// <param name="Greatest">The greatest, likewise.</param>
/// <param name="Last">The last, likewise.</param>
internal readonly record struct ProtobufRange(long Count, long Least, long Greatest, long Last)
{
    public static ProtobufRange None => new(0, long.MaxValue, long.MinValue, 0);

    public ProtobufRange With(long value) => new(Count + 1, Math.Min(Least, value), Math.Max(Greatest, value), value);

    public ProtobufRange With(in ProtobufRange more) =>
        more.Count == 0 ? this : new(Count + more.Count, Math.Min(Least, more.Least), Math.Max(Greatest, more.Greatest), more.Last);
}
