using Gateway.Core;

namespace Gateway.Low.Send;

/// <summary>A session that is not sent, for a reason that its submitter is told.</summary>
/// <param name="refusal">The reason.</param>
public sealed class SessionRefusedException(Refusal refusal) : Exception(refusal.Sentence)
{
    /// <summary>The reason.</summary>
    public Refusal Refusal { get; } = refusal;
}
