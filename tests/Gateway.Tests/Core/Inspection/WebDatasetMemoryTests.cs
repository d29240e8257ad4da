using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.WebDataset;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Beside no other test: what stays reachable can only be told of the whole process.</summary>
[CollectionDefinition(nameof(WebDatasetMemoryTests), DisableParallelization = true)]
[Collection(nameof(WebDatasetMemoryTests))]
public sealed class WebDatasetMemoryTests
{
    private const long Mebibyte = 1024 * 1024;
    private const int Behind = 10_000;

    private readonly byte[] header = new byte[512];

    [Fact]
    public void Members_up_to_the_limit_are_remembered_in_bounded_memory_and_nothing_of_those_behind_it()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var inspector = new FileInspector(Inspected.Path("a.tar"), ((WebDatasetLimits.Members + 1L + Behind) * 512) + 1024, (_, _) => 0);
        Append(inspector, 0, WebDatasetLimits.Members);

        // Less than before is what earlier tests left to be collected.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 64 * Mebibyte);

        Append(inspector, WebDatasetLimits.Members, 1);
        Assert.InRange(Append(inspector, WebDatasetLimits.Members + 1, Behind), 0, Mebibyte);
        inspector.Append(new byte[1024]);
        var finding = Assert.Single(inspector.Complete().Findings);
        Assert.Equal(("LIMIT_EXCEEDED", WebDatasetLimits.Members * 512L), (finding.Code, finding.Offset));
    }

    /// <summary>Gives it empty members; returns the bytes that this allocated, kept or not, beside those for their headers.</summary>
    private long Append(FileInspector inspector, int first, int count)
    {
        var bytes = 0L;
        for (var i = first; i < first + count; i++)
        {
            WebDatasetFiles.Header(header, $"{i}.txt", 0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            inspector.Append(header);
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return bytes;
    }
}
