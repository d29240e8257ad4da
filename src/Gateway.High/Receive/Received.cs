using Gateway.Storage.High;

namespace Gateway.High.Receive;

/// <summary>An import whose header was accepted and of whose bytes none is missing on disk. Nothing of it has been verified as stored.</summary>
public sealed class Received
{
    private Received(string id, Arrival arrival, SessionDocuments documents, string tree)
    {
        Id = id;
        Arrival = arrival;
        Documents = documents;
        Tree = tree;
    }

    /// <summary>The import's id.</summary>
    public string Id { get; }

    /// <summary>How it came.</summary>
    public Arrival Arrival { get; }

    /// <summary>The documents, read from the disk again.</summary>
    public SessionDocuments Documents { get; }

    /// <summary>Directory with the files.</summary>
    public string Tree { get; }

    /// <summary>Takes an import over from the receiving stage. Throws where it is not whole, which is a bug.</summary>
    public static Received Of(ImportRecord import, StagingArea staging) =>
        import is { State: ImportState.Verifying, Claim: { } claim }
            ? new(import.Id, new(import.Session.Lane, claim.TransferId, claim.Bytes), staging.ReadDocuments(import.Id), staging.TreeOf(import.Id))
            : throw new InvalidOperationException($"Import {import.Id} is {import.State}, not received.");
}
