namespace Gateway.Core.Inspection;

/// <summary>How grave a finding is.</summary>
public enum Severity
{
    /// <summary>Worth knowing; changes nothing.</summary>
    Info = 1,

    /// <summary>An approver should look at it.</summary>
    Warning = 2,

    /// <summary>The file may not cross.</summary>
    Refused = 3,
}

/// <summary>One thing that inspection saw in a file.</summary>
/// <param name="Code">Stable name, e.g. <c>PICKLE_REFUSED</c>: a refusal code where the file may not cross.</param>
/// <param name="Severity">How grave it is.</param>
/// <param name="Offset">Byte in the file where it was seen, from 0; null where it concerns the whole file.</param>
/// <param name="Message">One sentence; may quote the file, so it is escaped where it is shown.</param>
/// <param name="Evidence">What the file says there, escaped to printable ASCII and cut; empty where the message says all. Never a whole secret or address.</param>
public sealed record Finding(string Code, Severity Severity, long? Offset, string Message, string Evidence = "");

/// <summary>One line of what a verifier read in a file, e.g. <c>tensors: 291</c>.</summary>
/// <param name="Name">What was counted or read.</param>
/// <param name="Value">Its value as text.</param>
public sealed record SummaryEntry(string Name, string Value);
