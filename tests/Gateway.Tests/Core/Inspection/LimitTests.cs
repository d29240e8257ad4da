using System.Text;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Caps hold before memory is taken: each test streams far more than the process may allocate.</summary>
public sealed class LimitTests
{
    private const long GibiByte = 1024L * 1024 * 1024;

    [Fact]
    public void A_line_of_1_GiB_is_refused_at_the_cap()
    {
        var inspection = Stream("a.jsonl", GibiByte, "{\"a\":\"", 'x', out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.Equal(0, inspection.Findings[0].Offset);
        Assert.InRange(allocated, 0, 8L * InspectionLimits.LineBytes);
    }

    [Fact]
    public void A_JSON_string_of_1_GiB_is_refused_at_the_cap()
    {
        var inspection = Stream("a.json", GibiByte, "{\"a\":\"", 'x', out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(allocated, 0, 8L * InspectionLimits.JsonTokenBytes);
    }

    [Fact]
    public void A_CSV_field_of_1_GiB_is_refused_at_the_cap_without_being_held()
    {
        var inspection = Stream("a.csv", GibiByte, "\"", 'x', out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void Text_of_1_GiB_is_read_in_flat_memory()
    {
        var inspection = Stream("a.txt", GibiByte, "Words\n", 'x', out var allocated);
        Assert.True(inspection.Accepted);
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void Tensors_of_1_GiB_are_read_in_flat_memory()
    {
        var header = "{\"a\":{\"dtype\":\"U8\",\"shape\":[1073741824],\"data_offsets\":[0,1073741824]}}";
        var begin = Encoding.Latin1.GetString([.. BitConverter.GetBytes((long)header.Length)]) + header;
        var inspection = Stream("a.safetensors", 8 + header.Length + GibiByte, begin, '\0', out var allocated);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("parameters", "1,073,741,824"), inspection.Summary);
        Assert.InRange(allocated, 0, 2 * 1024 * 1024);
    }

    [Fact]
    public void A_header_that_claims_10_million_entries_is_refused_before_anything_is_allocated_for_it()
    {
        var begin = Encoding.Latin1.GetString(BitConverter.GetBytes(600_000_000L)) + "{";
        var inspection = Stream("a.safetensors", 700_000_000, begin, ' ', out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void One_tensor_more_than_the_limit_is_refused()
    {
        var header = new StringBuilder("{");
        for (var i = 0; i <= InspectionLimits.SafetensorsTensors; i++)
        {
            header.Append(i > 0 ? "," : "").Append('"').Append(i).Append("\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}");
        }

        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.safetensors", SafetensorsFiles.Of(header.Append('}').ToString(), 0)).Codes());
    }

    [Fact]
    public void Names_beyond_the_limit_in_one_object_are_refused()
    {
        var names = new StringBuilder("{");
        for (var i = 0; i <= InspectionLimits.JsonOpenNames; i++)
        {
            names.Append(i > 0 ? "," : "").Append('"').Append(i).Append("\":0");
        }

        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.json", Encoding.ASCII.GetBytes(names.Append('}').ToString())).Codes());
    }

    [Fact]
    public void More_columns_than_the_limit_are_refused() =>
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.csv", Encoding.ASCII.GetBytes(new string(',', InspectionLimits.CsvColumns))).Codes());

    [Fact]
    public void A_pickle_that_nests_beyond_the_limit_is_refused_as_one() =>
        Assert.Equal(["PICKLE_REFUSED"], Inspected.File("a.txt", Encoding.ASCII.GetBytes(new string('(', 1_000_000))).Codes());

    [Fact]
    public void A_pickle_that_goes_on_beyond_the_limit_is_refused_as_one() =>
        Assert.Equal(["PICKLE_REFUSED"], Inspected.File("a.txt", Encoding.ASCII.GetBytes(new string('N', 1_100_000))).Codes());

    /// <summary>A beginning and then one character over and over, in blocks that are made once.</summary>
    private static FileInspection Stream(string path, long bytes, string begin, char filler, out long allocated)
    {
        var block = new byte[256 * 1024];
        block.AsSpan().Fill((byte)filler);
        var head = Encoding.Latin1.GetBytes(begin);
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path(path), bytes, (_, _) => 0);
        inspector.Append(head);
        for (var left = bytes - head.Length; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var inspection = inspector.Complete();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return inspection;
    }
}
