namespace Gateway.Storage.High;

/// <summary>Where an import stands. Numbers are those of <c>gateway.high.v1.Import.State</c>.</summary>
public enum ImportState
{
    /// <summary>Header verified; blocks arrive.</summary>
    Receiving = 1,

    /// <summary>The session ended and blocks are missing.</summary>
    Incomplete = 2,

    /// <summary>All bytes are here; the checks run, or will after a restart.</summary>
    Verifying = 3,

    /// <summary>Readable under <c>published/</c>.</summary>
    Published = 4,

    /// <summary>Refused. The transfer id is not consumed: a new session begins anew.</summary>
    Quarantined = 5,

    /// <summary>Was published; two people took it from readers. Final.</summary>
    Revoked = 6,

    /// <summary>Was published; a rule of retention took it from readers. Final.</summary>
    Retired = 7,
}

/// <summary>Words for logs and the audit record.</summary>
public static class ImportStateWords
{
    public static string Word(this ImportState state) => state switch
    {
        ImportState.Receiving => "receiving",
        ImportState.Incomplete => "incomplete",
        ImportState.Verifying => "verifying",
        ImportState.Published => "published",
        ImportState.Quarantined => "quarantined",
        ImportState.Revoked => "revoked",
        ImportState.Retired => "retired",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No such state."),
    };
}
