namespace Gateway.Core.Policy;

/// <summary>How many people have to approve before policy permits it.</summary>
/// <param name="Count">Distinct people; the trust root's own threshold holds besides.</param>
/// <param name="Rules">The rules that permit it with so many.</param>
public sealed record RequiredApprovals(int Count, IReadOnlyList<PolicyRule> Rules);
