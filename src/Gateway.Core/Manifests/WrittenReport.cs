namespace Gateway.Core.Manifests;

/// <summary>A report and its canonical statement: one of many files takes long enough to write that it is written once.</summary>
/// <param name="Report">What it says.</param>
/// <param name="Payload">As <see cref="InspectionReport.ToPayload"/> gives it.</param>
public sealed record WrittenReport(InspectionReport Report, ReadOnlyMemory<byte> Payload);
