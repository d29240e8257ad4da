namespace Gateway.Core.Inspection;

/// <summary>The words that documents, policy and people use for severities.</summary>
public static class SeverityNames
{
    /// <summary><c>info</c>, <c>warning</c> or <c>refused</c>.</summary>
    public static string Name(this Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Warning => "warning",
        Severity.Refused => "refused",
        _ => throw new ArgumentOutOfRangeException(nameof(severity)),
    };
}
