using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Arrow IPC, against what Apache.Arrow writes and reads.</summary>
public sealed class ArrowTests
{
    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 9], Gen.Int[1, 100_000]).Array[1, 5];

    public static TheoryData<bool, int> Written => new(from isFile in new[] { true, false } from rows in new[] { 0, 1, 7, 100, 30_000 } select (isFile, rows));

    [Theory]
    [MemberData(nameof(Written))]
    public void What_Apache_Arrow_writes_is_accepted(bool isFile, int rows)
    {
        var inspection = Inspected.File("a.arrow", Write(isFile, Many(rows), Many(0), Many(rows)));
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal(FileFormat.Arrow, inspection.Format);
        Assert.Contains(new SummaryEntry("layout", isFile ? "file" : "stream"), inspection.Summary);
        Assert.Contains(new SummaryEntry("rows", Findings.Number(2 * rows)), inspection.Summary);
        Assert.Contains(new SummaryEntry("batches", "3"), inspection.Summary);
    }

    [Fact]
    public void Any_rows_and_nulls_of_Apache_Arrow_are_accepted() =>
        Gen.Select(Gen.Bool, Gen.String.Null().Array[0, 40], Chunks).Sample(
            (isFile, values, chunks) =>
            {
                var strings = new StringArray.Builder();
                var numbers = new Int64Array.Builder();
                foreach (var value in values)
                {
                    // Half a pair is no text, and is written as a replacement.
                    _ = value is null ? strings.AppendNull() : strings.Append(value);
                    _ = value is null ? numbers.AppendNull() : numbers.Append(value.Length);
                }

                var written = Write(isFile, Batch(("s", strings.Build()), ("n", numbers.Build())));
                var inspection = Inspected.File("a.arrow", written, chunks);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
                return inspection.Text() == Inspected.File("a.arrow", written).Text();
            },
            iter: 500);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Truncation_at_every_byte_is_refused(bool isFile) => Damage.Truncate("a.arrow", Write(isFile, Small()), _ => false);

    /// <summary>Changed bits may leave other values, names and metadata; Apache.Arrow must then read as many rows, and every one of its strings.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Any_byte_changed_in_any_bit_is_refused_or_leaves_what_Apache_Arrow_reads(bool isFile) =>
        Damage.Flip("a.arrow", Write(isFile, Small()), content => Rows(content, isFile) == 3);

    [Fact]
    public void Random_damage_is_answered_alike_in_any_chunks_and_never_thrown()
    {
        var sample = Write(isFile: true, Many(100));
        Gen.Select(Gen.Select(Gen.Int[0, sample.Length - 1], Gen.Byte).Array[1, 4], Chunks).Sample(
            (damage, chunks) =>
            {
                var bytes = (byte[])sample.Clone();
                foreach (var (at, value) in damage)
                {
                    bytes[at] = value;
                }

                return Inspected.File("a.arrow", bytes).Text() == Inspected.File("a.arrow", bytes, chunks).Text();
            },
            iter: 3_000);
    }

    [Fact]
    public void A_zip_behind_the_end_or_in_the_last_values_is_refused()
    {
        var zip = (byte[])[.. "PK\x05\x06"u8, .. new byte[18]];
        var stream = Write(isFile: false, Small());
        Assert.Equal(["FORMAT_MALFORMED"], Inspected.File("a.arrow", [.. stream, .. zip]).Codes());

        // Its comment is the end mark.
        zip[20] = 8;
        var values = new byte[64];
        zip.CopyTo(values, 64 - 22);
        var hidden = Write(isFile: false, Batch(("a", new UInt8Array.Builder().Append(values).Build())));
        Assert.Equal(["ARCHIVE_REFUSED"], Inspected.File("a.arrow", hidden).Codes());
    }

    [Fact]
    public void A_batch_of_1_GiB_is_read_in_flat_memory()
    {
        const int rows = 1 << 20;
        var one = Write(isFile: false, Batch(("a", new Int64Array.Builder().AppendRange(Enumerable.Range(0, rows).Select(i => (long)i)).Build())));
        var schema = 8 + BinaryPrimitives.ReadInt32LittleEndian(one.AsSpan(4));
        var (head, batch, end) = (one.AsMemory(0, schema), one.AsMemory(schema, one.Length - schema - 8), one.AsMemory(one.Length - 8));
        var bytes = head.Length + (128L * batch.Length) + end.Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path("a.arrow"), bytes, (_, _) => 0);
        inspector.Append(head.Span);
        for (var i = 0; i < 128; i++)
        {
            inspector.Append(batch.Span);
        }

        inspector.Append(end.Span);
        var inspection = inspector.Complete();
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("rows", Findings.Number(128L * rows)), inspection.Summary);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 1024 * 1024);
    }

    [Fact]
    public void Metadata_that_claims_more_than_the_limit_is_refused_before_memory_is_taken()
    {
        var begin = new byte[64 * 1024];
        BinaryPrimitives.WriteUInt32LittleEndian(begin, uint.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(begin.AsSpan(4), 1 << 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.arrow", begin).Codes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void Rows_count_in_the_totals()
    {
        var artifact = new ArtifactInspector(Gateway.Core.Manifests.ArtifactKind.Dataset);
        artifact.Add(Inspected.File("a.arrow", Write(isFile: true, Small(), Small())), "arrow");
        Assert.Contains(new SummaryEntry("rows", "6"), artifact.Complete().Totals);
    }

    internal static RecordBatch Batch(params (string Name, IArrowArray Array)[] columns) =>
        new(
            new Schema(columns.Select(c => new Field(c.Name, c.Array.Data.DataType, nullable: true)), new Dictionary<string, string> { ["huggingface"] = "{}" }),
            columns.Select(c => c.Array),
            columns[0].Array.Length);

    private static RecordBatch Small()
    {
        var words = new StringArray.Builder().Append("one").AppendNull().Append("three").Build();
        return Batch(("s", words), ("n", new Int32Array.Builder().Append(1).Append(2).AppendNull().Build()));
    }

    internal static RecordBatch Many(int rows)
    {
        var (bools, dates, times, floats) = (new BooleanArray.Builder(), new Date32Array.Builder(), new TimestampArray.Builder(TimeUnit.Microsecond), new FloatArray.Builder());
        var (strings, bytes, decimals, shorts) = (new StringArray.Builder(), new BinaryArray.Builder(), new Decimal128Array.Builder(new Decimal128Type(10, 2)), new Int16Array.Builder());
        var (views, words, places) = (new StringViewArray.Builder(), new StringArray.Builder().Append("a").Append("bc").Append("").Build(), new Int8Array.Builder());
        var list = new ListArray.Builder(Int32Type.Default);
        var inner = (Int32Array.Builder)list.ValueBuilder;
        for (var i = 0; i < rows; i++)
        {
            _ = i % 5 == 0 ? bools.AppendNull() : bools.Append(i % 2 == 0);
            dates.Append(DateTime.UnixEpoch.AddDays(i));
            times.Append(DateTimeOffset.UnixEpoch.AddSeconds(i));
            floats.Append(i / 2f);
            _ = i % 7 == 3 ? strings.AppendNull() : strings.Append($"größe {i}");
            bytes.Append([.. BitConverter.GetBytes(i)]);
            decimals.Append(i);
            _ = i % 3 == 1 ? shorts.AppendNull() : shorts.Append((short)i);
            views.Append(i % 2 == 0 ? "short" : $"a string that does not fit a view, {i}");
            places.Append((sbyte)(i % 3));
            list.Append();
            for (var j = 0; j < i % 4; j++)
            {
                inner.Append(j);
            }
        }

        var numbers = shorts.Build();
        var structs = new StructArray(new StructType([new Field("x", Int16Type.Default, true)]), rows, [numbers], ArrowBuffer.Empty);
        return Batch(
            ("bool", bools.Build()),
            ("date", dates.Build()),
            ("time", times.Build()),
            ("float", floats.Build()),
            ("string", strings.Build()),
            ("binary", bytes.Build()),
            ("decimal", decimals.Build()),
            ("short", numbers),
            ("view", views.Build()),
            ("dictionary", new DictionaryArray(new DictionaryType(Int8Type.Default, StringType.Default, false), places.Build(), words)),
            ("list", list.Build()),
            ("struct", structs),
            ("null", new NullArray(rows)));
    }

    internal static byte[] Write(bool isFile, params RecordBatch[] batches) => Write(isFile, new IpcOptions(), batches);

    internal static byte[] Write(bool isFile, IpcOptions options, params RecordBatch[] batches)
    {
        using var written = new MemoryStream();
        using (var writer = isFile
            ? new ArrowFileWriter(written, batches[0].Schema, leaveOpen: true, options) : new ArrowStreamWriter(written, batches[0].Schema, leaveOpen: true, options))
        {
            foreach (var batch in batches)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
        }

        return written.ToArray();
    }

    /// <summary>Rows that Apache.Arrow reads, touching every string.</summary>
    private static long Rows(byte[] content, bool isFile)
    {
        using var stream = new MemoryStream(content);
        using var reader = isFile ? new ArrowFileReader(stream) : new ArrowStreamReader(stream);
        var rows = 0L;
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            rows += batch.Length;
            foreach (var strings in batch.Arrays.OfType<StringArray>())
            {
                for (var i = 0; i < strings.Length; i++)
                {
                    _ = strings.GetString(i);
                }
            }
        }

        return rows;
    }
}
