using Gateway.Core;
using Gateway.High.Publish;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High.Publish;

/// <summary>Versions under rules of retention, and what people do with them.</summary>
internal static class RetainedVersions
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<HighBench> OpenAsync(params RetentionRuleOptions[] rules) => HighBench.OpenAsync(retention: new RetentionOptions(Rules: rules));

    public static Shipment Version(HighBench high, string name, int number) => Shipment.Of(
        high, p => p with { Name = name, Version = $"{number}", Sequence = number, Files = [.. p.Files, ("z.txt", $"{number}\n")] });

    public static async Task<IReadOnlyList<ImportRecord>> PublishAsync(HighBench high, int count, string name = "lab/sums", int first = 1)
    {
        var imports = new List<ImportRecord>();
        for (var number = first; number < first + count; number++)
        {
            imports.Add(await high.CarryAsync(Version(high, name, number), session: (ulong)number));
            Assert.Equal(ImportState.Published, imports[^1].State);
        }

        return imports;
    }

    public static async Task AcknowledgeAsync(HighBench high, ImportRecord import) =>
        Value(await high.Catalog.AcknowledgeAsync(import.Id, "early", Request(), "cara", Cancellation));

    public static async Task PinAsync(HighBench high, ImportRecord import) => Value(await high.Catalog.PinAsync(import.Id, "paper", Request(), "cara", Cancellation));

    public static async Task<IReadOnlyList<Gateway.Core.Ledger.AuditEntry>> AuditAsync(HighBench high, string action) =>
        [.. (await high.Catalog.ListAuditAsync(0, 1_000, Cancellation)).Select(record => record.Entry).Where(entry => entry.Action == action)];

    public static string Current(HighBench high) => File.ResolveLinkTarget(Path.Combine(high.Root, "published/datasets/lab/sums/current"), false)!.Name;

    public static (string, Digest) Request() => (Guid.NewGuid().ToString(), Digest.Of("test"u8));

    public static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var refusal), $"{refusal}");
        return value;
    }
}
