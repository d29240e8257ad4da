using Gateway.Core.Wire;
using Gateway.Low.Approve;

namespace Gateway.Low.Seal;

/// <summary>An approved transfer with the documents that cross and the staged bytes just verified. The only thing that Send takes.</summary>
internal sealed class Sealed
{
    internal Sealed(Approved approved, SessionContent content, string stagePath, IReadOnlyList<ByteSpan> sentBefore)
    {
        SentBefore = sentBefore;
        Approved = approved;
        Content = content;
        StagePath = stagePath;
    }

    public Approved Approved { get; }

    public SessionContent Content { get; }

    public string StagePath { get; }

    /// <summary>Where files that were sent to the same destination before lie in the stream, ascending.</summary>
    public IReadOnlyList<ByteSpan> SentBefore { get; }
}
