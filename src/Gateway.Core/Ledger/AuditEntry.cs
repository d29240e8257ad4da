namespace Gateway.Core.Ledger;

/// <summary>What is to be written into the audit record: a state change or a refusal, and who caused it.</summary>
public sealed record AuditEntry
{
    /// <summary>Actor of what the service does by itself.</summary>
    public const string Service = "gateway";

    /// <summary>Longest detail, in characters: a sentence, never content; it also bounds a record.</summary>
    public const int MaximumDetailLength = 1024;

    private readonly string detail = "";

    /// <summary>Id of the person or machine in the trust root, or <see cref="Service"/>.</summary>
    public required string Actor { get; init; }

    /// <summary>Transfer id that it is about; empty where it is about none.</summary>
    public string TransferId { get; init; } = "";

    /// <summary>What happened, dotted, e.g. <c>transfer.submitted</c>.</summary>
    public required string Action { get; init; }

    /// <summary>State after the change; empty where none changed.</summary>
    public string State { get; init; } = "";

    /// <summary>The refusal, or <see cref="RefusalCode.Unspecified"/>.</summary>
    public RefusalCode Refusal { get; init; }

    /// <summary>Details, one sentence; cut at <see cref="MaximumDetailLength"/>.</summary>
    public string Detail
    {
        get => detail;
        init => detail = value.Length <= MaximumDetailLength ? value : string.Concat(value.AsSpan(0, MaximumDetailLength - 1), "…");
    }
}

/// <summary>One line of the audit record as it was written.</summary>
/// <param name="Sequence">Position, from 1, without gaps.</param>
/// <param name="Time">When it was written, by the clock of this side.</param>
/// <param name="Entry">What was written.</param>
public sealed record AuditRecord(long Sequence, DateTimeOffset Time, AuditEntry Entry);
