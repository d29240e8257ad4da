namespace Gateway.Core.Policy;

/// <summary>How many people approve and, once they have signed, who they are.</summary>
/// <param name="Count">Distinct people.</param>
/// <param name="People">Their ids; null while nobody has signed and only the number is asked about.</param>
internal sealed record Approvals(int Count, IReadOnlyCollection<string>? People)
{
    public static Approvals By(IEnumerable<string> people)
    {
        var distinct = people.ToHashSet(StringComparer.Ordinal);
        return new Approvals(distinct.Count, distinct);
    }

    public static Approvals Unsigned(int count) => new(count, null);
}
