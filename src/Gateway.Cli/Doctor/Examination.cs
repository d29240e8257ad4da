namespace Gateway.Cli.Doctor;

/// <summary>How a check came out.</summary>
internal enum ExaminationStatus
{
    Ok = 1,

    /// <summary>Worth knowing; works for now.</summary>
    Warning = 2,

    /// <summary>Will not work, or must not run like this.</summary>
    Failed = 3,

    /// <summary>Nobody looked; the detail says why.</summary>
    NotChecked = 4,
}

/// <summary>One thing that commonly goes wrong, and how it is here.</summary>
/// <param name="Subject">What was looked at: a context, a file, the machine.</param>
/// <param name="Check">What was looked for.</param>
/// <param name="Status">How it came out.</param>
/// <param name="Detail">What was found, and what to do where it is not well.</param>
internal sealed record Examination(string Subject, string Check, ExaminationStatus Status, string Detail)
{
    public static Examination Ok(string subject, string check, string detail) => new(subject, check, ExaminationStatus.Ok, detail);

    public static Examination Warning(string subject, string check, string detail) => new(subject, check, ExaminationStatus.Warning, detail);

    public static Examination Failed(string subject, string check, string detail) => new(subject, check, ExaminationStatus.Failed, detail);

    public static Examination NotChecked(string subject, string check, string why) => new(subject, check, ExaminationStatus.NotChecked, why);
}
