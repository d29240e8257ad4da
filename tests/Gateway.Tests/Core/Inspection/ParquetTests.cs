using System.Buffers.Binary;
using System.IO.Hashing;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Parquet;
using Parquet.Serialization;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Parquet against a writer and reader of others (Parquet.Net), in any chunks, damaged, changing while it is read, and beyond its limits.</summary>
public sealed class ParquetTests
{
    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6];

    public static TheoryData<CompressionMethod, int> Files
    {
        get
        {
            var files = new TheoryData<CompressionMethod, int>();
            foreach (var codec in new[]
                { CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli, CompressionMethod.Zstd, CompressionMethod.Lz4Raw })
            {
                foreach (var rows in new[] { 0, 1, 50, 5_000 })
                {
                    files.Add(codec, rows);
                }
            }

            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task What_Parquet_Net_writes_is_accepted(CompressionMethod codec, int rows)
    {
        var inspection = Inspected.File("a.parquet", await Write(rows, new ParquetOptions { CompressionMethod = codec, RowGroupSize = 2_000 }));
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal(FileFormat.Parquet, inspection.Format);
        Assert.Contains(new SummaryEntry("rows", rows.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture)), inspection.Summary);
    }

    [Fact]
    public async Task Many_row_groups_are_accepted_and_their_rows_are_totalled()
    {
        var file = Inspected.File("a.parquet", await Write(500, new ParquetOptions { RowGroupSize = 10 }));
        Assert.Contains(new SummaryEntry("row groups", "50"), file.Summary);
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(file, "parquet");
        Assert.Contains(new SummaryEntry("rows", "500"), artifact.Complete().Totals);
    }

    [Fact]
    public async Task Equal_bytes_give_an_equal_inspection_in_any_chunks()
    {
        var content = await Write(20_000, new ParquetOptions { CompressionMethod = CompressionMethod.None });
        Assert.True(content.Length > 4 * InspectionLimits.BlockBytes);
        var whole = Inspected.File("a.parquet", content);
        Assert.True(whole.Accepted, whole.Refusal?.ToString());
        Chunks.Sample(chunks => Inspected.File("a.parquet", content, chunks).Text() == whole.Text(), iter: 30);
    }

    [Fact]
    public async Task Random_damage_to_a_genuine_file_is_answered_and_never_thrown()
    {
        var content = await Write(20, new ParquetOptions());
        Gen.Select(Gen.Int[0, content.Length - 1], Gen.Byte).Array[1, 4].Sample(
            damage =>
            {
                var bytes = (byte[])content.Clone();
                foreach (var (at, value) in damage)
                {
                    bytes[at] = value;
                }

                var inspection = Inspected.File("a.parquet", bytes);
                return inspection.Accepted == (inspection.Refusal is null) && inspection.Findings.All(f => f.Message.All(c => c is >= ' ' and <= '~'));
            },
            iter: 20_000);
    }

    [Theory]
    [InlineData("one column of three integers")]
    [InlineData("CRC-32 of the page")]
    [InlineData("two pages")]
    public void A_file_cut_anywhere_is_refused(string name) => Damage.Truncate("a.parquet", Vector(name), _ => false);

    [Theory]
    [InlineData("one column of three integers")]
    [InlineData("two pages")]
    public void Any_bit_changed_is_refused_or_leaves_a_file_that_Parquet_Net_reads(string name) =>
        Damage.Flip("a.parquet", Vector(name), content => Read(content).Result == 3);

    [Fact]
    public void Any_bit_changed_in_a_page_with_a_CRC_is_refused()
    {
        var content = Vector("CRC-32 of the page");
        var values = content.AsSpan().IndexOf(new byte[] { 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0 });
        Assert.True(values > 0);
        for (var bit = 0; bit < 8 * 12; bit++)
        {
            content[values + (bit / 8)] ^= (byte)(1 << (bit % 8));
            Assert.Equal(["FORMAT_MALFORMED"], Inspected.File("a.parquet", content).Codes());
            content[values + (bit / 8)] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_footer_that_changes_while_it_is_read_is_refused()
    {
        var pushed = Vector("metadata and what wrote it");
        var ahead = (byte[])pushed.Clone();
        ahead[ahead.AsSpan().IndexOf("writer"u8)] ^= 0x20;
        using var inspector = new FileInspector(Inspected.Path("a.parquet"), pushed.Length, Inspected.Reader(ahead));
        inspector.Append(pushed);
        var inspection = inspector.Complete();
        Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
        Assert.Equal("it changed while it was read", inspection.Findings[0].Message);
    }

    [Fact]
    public void A_footer_that_cannot_be_read_ahead_is_refused()
    {
        var content = Vector("two pages");
        using var inspector = new FileInspector(Inspected.Path("a.parquet"), content.Length, (_, _) => 0);
        inspector.Append(content);
        Assert.Equal(["FORMAT_MALFORMED"], inspector.Complete().Codes());
    }

    [Fact]
    public void A_footer_beyond_the_limit_is_refused_before_anything_is_allocated_for_it()
    {
        const long bytes = 256L * 1024 * 1024;
        var block = new byte[256 * 1024];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path("a.parquet"), bytes, (_, into) =>
        {
            into.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(into, 200_000_000);
            "PAR1"u8.CopyTo(into[4..]);
            return into.Length;
        });
        inspector.Append("PAR1"u8);
        for (var left = bytes - 4; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        Assert.Equal(["LIMIT_EXCEEDED"], inspector.Complete().Codes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    private static byte[] Vector(string name) =>
        (byte[])InspectionVectors.All.Single(v => v.File == "parquet.json" && v.Case.Name == name).Case.Input.Clone();

    private static async Task<int> Read(byte[] content)
    {
        using var stream = new MemoryStream(content);
        await using var reader = await ParquetReader.CreateAsync(stream);
        return (int)reader.Metadata!.NumRows;
    }

    internal static async Task<byte[]> Write(int rows, ParquetOptions options)
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync(Enumerable.Range(0, rows).Select(Row.Of), stream, options);
        return stream.ToArray();
    }

    /// <summary>Numbers, strings that repeat and do not, dates, nulls, and lists, maps and structs of each other.</summary>
    internal sealed class Row
    {
        public int Id { get; set; }

        public double? Maybe { get; set; }

        public string? Word { get; set; }

        public string? Unique { get; set; }

        public bool Flag { get; set; }

        public DateTime When { get; set; }

        public decimal Price { get; set; }

        public Guid Key { get; set; }

        public List<int>? Numbers { get; set; }

        public Dictionary<string, int>? Counts { get; set; }

        public Part? Inner { get; set; }

        public List<Part>? Parts { get; set; }

        public static Row Of(int i) => new()
        {
            Id = i,
            Maybe = i % 3 == 0 ? null : i / 7.0,
            Word = i % 5 == 0 ? null : $"word {i % 4}",
            Unique = Convert.ToHexString(XxHash64.Hash(BitConverter.GetBytes(i))),
            Flag = i % 2 == 0,
            When = DateTime.UnixEpoch.AddSeconds(i),
            Price = i / 4m,
            Key = new Guid(i, 0, 0, new byte[8]),
            Numbers = i % 6 == 0 ? null : [.. Enumerable.Range(0, i % 4)],
            Counts = Enumerable.Range(0, i % 3).ToDictionary(n => $"k{n}"),
            Inner = i % 4 == 0 ? null : new Part { Name = $"p{i}", Sizes = [i] },
            Parts = [.. Enumerable.Range(0, i % 3).Select(n => new Part { Name = $"p{n}", Sizes = [n, i] })],
        };
    }

    internal sealed class Part
    {
        public string? Name { get; set; }

        public List<long>? Sizes { get; set; }
    }
}
