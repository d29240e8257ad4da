using System.Buffers.Text;
using Gateway.Core.Wire;

namespace Gateway.Core.Manifests;

/// <summary>How long manifest and inspection may be so that they cross in the header of one session.</summary>
public static class SessionRoom
{
    /// <summary>Room for a release with the signatures of more people than any site asks, and for the fields around the documents.</summary>
    private const int ReleaseBytes = 1 << 20;

    /// <summary>Room for what the low side adds to a report: the longest names of tensors, 100 of each kind of difference, and what its scanner said.</summary>
    private const int AddedBytes = 4 << 20;

    /// <summary>Most bytes of a report before the low side adds to it.</summary>
    public const int MaximumReportBytes = InspectionReport.MaximumPayloadBytes - AddedBytes;

    /// <summary>True where the documents cross together.</summary>
    /// <param name="manifestEnvelopeBytes">Bytes of the manifest's envelope.</param>
    /// <param name="inspectionEnvelopeBytes">Bytes of the inspection's.</param>
    public static bool Holds(int manifestEnvelopeBytes, int inspectionEnvelopeBytes) =>
        (long)manifestEnvelopeBytes + inspectionEnvelopeBytes + ReleaseBytes <= SessionHeader.MaximumBytes;

    /// <summary>Bytes that a report should not pass to cross beside a manifest. Both sides come to the same, who know the manifest.</summary>
    /// <param name="manifestBytes">Bytes of the manifest's payload.</param>
    public static int ForReport(int manifestBytes) =>
        Math.Min(InspectionReport.MaximumPayloadBytes, (SessionHeader.MaximumBytes - ReleaseBytes - Base64.GetMaxEncodedToUtf8Length(manifestBytes)) / 4 * 3) - AddedBytes;
}
