namespace Gateway.Core.Policy;

/// <summary>What a rule does when it matches.</summary>
public enum PolicyEffect
{
    Permit = 1,
    Forbid = 2,
}

/// <summary>The human part of one Cedar rule, from its annotations.</summary>
/// <param name="Id"><c>@id</c>: unique in the bundle, what the audit log records.</param>
/// <param name="Effect">Permit or forbid; forbid wins.</param>
/// <param name="Reason"><c>@reason</c>: why the rule decides so, one phrase.</param>
/// <param name="Fix"><c>@fix</c>: what the submitter can do about it, one phrase.</param>
public sealed record PolicyRule(string Id, PolicyEffect Effect, string Reason, string Fix);
