using System.Globalization;
using Gateway.Core;
using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>Limits of intake.</summary>
/// <param name="MaximumArtifactBytes">Largest artifact that is taken.</param>
/// <param name="BytesPerOrganisation">Most bytes of one organisation's artifacts.</param>
public sealed record IntakeOptions(long MaximumArtifactBytes, long BytesPerOrganisation = long.MaxValue)
{
    /// <summary>Why an organisation may not have another artifact, or null. Refuses with <see cref="RefusalCode.QuotaExceeded"/>.</summary>
    public Refusal? Objection(string org, WantedSpace space) =>
        space.Artifact > BytesPerOrganisation - space.Organisation
            ? new(RefusalCode.QuotaExceeded, string.Create(CultureInfo.InvariantCulture, $"{org} holds {space.Organisation} of {BytesPerOrganisation} bytes, and this has {space.Artifact}"))
            : null;
}
