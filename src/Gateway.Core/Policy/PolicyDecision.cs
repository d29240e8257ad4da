namespace Gateway.Core.Policy;

/// <summary>Policy's answer. Whatever is not a clean permit carries the refusal.</summary>
/// <param name="Rules">The rules that determined it, by id; empty where no rule permits or where evaluation failed.</param>
/// <param name="Refusal"><see cref="RefusalCode.PolicyDenied"/> or <see cref="RefusalCode.PolicyFailed"/>; null means permitted.</param>
public sealed record PolicyDecision(IReadOnlyList<PolicyRule> Rules, Refusal? Refusal)
{
    public bool Permitted => Refusal is null;
}
