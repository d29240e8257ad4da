using Gateway.Core;
using Gateway.Hosting.Calls;

namespace Gateway.High.Import;

/// <summary>Where a watcher resumes: after an event. Opaque to callers.</summary>
internal static class ImportCursor
{
    private const string Events = "import-events";

    public static string Of(long number) => PageToken.After(Events, number);

    /// <summary>The event's number; 0 for an empty cursor. Refuses with <see cref="RefusalCode.PageTokenInvalid"/>, also a number that was never given.</summary>
    public static Outcome<long> Read(string cursor, long last) =>
        !PageToken.ReadNumber(Events, cursor, first: 0).Succeeded(out var number, out var refusal) ? refusal
        : number <= last ? number
        : new Refusal(RefusalCode.PageTokenInvalid, "the cursor is of another store");
}
