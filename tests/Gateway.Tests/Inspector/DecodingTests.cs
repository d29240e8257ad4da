using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Inspector.Decoding;
using Gateway.Tests.Core.Inspection;
using Parquet;
using Parquet.Serialization;
using Xunit;

namespace Gateway.Tests.Inspector;

/// <summary>What the low side decodes besides: all that writers write, and nothing that only looks like it.</summary>
public sealed class DecodingTests
{
    public static TheoryData<bool, CompressionCodecType?> Arrows =>
        new(from isFile in new[] { true, false } from codec in new CompressionCodecType?[] { null, CompressionCodecType.Zstd, CompressionCodecType.Lz4Frame } select (isFile, codec));

    [Theory]
    [MemberData(nameof(ParquetTests.Files), MemberType = typeof(ParquetTests))]
    public async Task What_Parquet_Net_writes_decodes(CompressionMethod codec, int rows) =>
        Assert.Null(Refuse("a.parquet", await ParquetTests.Write(rows, new ParquetOptions { CompressionMethod = codec, RowGroupSize = 2_000 })));

    [Theory]
    [MemberData(nameof(Arrows))]
    public void What_Apache_Arrow_writes_decodes(bool isFile, CompressionCodecType? codec) =>
        Assert.Null(Refuse("a.arrow", ArrowTests.Write(isFile, Options(codec), ArrowTests.Many(5_000), ArrowTests.Many(0), ArrowTests.Many(70))));

    /// <summary>Two vectors have pages of values without the levels that they need: what only decoding sees.</summary>
    [Fact]
    public void Every_vector_that_is_accepted_decodes() =>
        Assert.Equal(
            ["optional column", "list of integers"],
            InspectionVectors.All.Where(v => v.File is "parquet.json" or "arrow.json")
                .Where(v => Inspected.File(v.Case.Path, v.Case.Input) is { Accepted: true } file && FileDecoding.Refuse(file, Inspected.Reader(v.Case.Input)) is not null)
                .Select(v => v.Case.Name));

    [Theory]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    [InlineData(CompressionMethod.Brotli)]
    [InlineData(CompressionMethod.Lz4Raw)]
    public async Task A_page_body_that_is_damaged_passes_as_structure_and_is_refused(CompressionMethod codec)
    {
        var finding = Refuse("a.parquet", await Damaged(codec));
        Assert.Equal("FORMAT_MALFORMED", finding?.Code);
        Assert.StartsWith("it does not decode as Parquet: \"", finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_expands_to_more_than_its_header_says_is_refused()
    {
        var noise = Noise(100_000);
        var content = await Bytes(CompressionMethod.Zstd, noise);
        var body = content.AsSpan().IndexOf((byte[])[0x28, 0xB5, 0x2F, 0xFD]);
        var bomb = new ZstdSharp.Compressor().Wrap(new byte[512 << 20]);
        Assert.InRange(bomb.Length, 1, noise.Length - 8);
        bomb.CopyTo(content.AsSpan(body));

        // The rest of the page is a frame that is skipped.
        BitConverter.GetBytes(0x184D2A50).CopyTo(content, body + bomb.Length);
        BitConverter.GetBytes(noise.Length - bomb.Length - 8).CopyTo(content, body + bomb.Length + 4);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("LIMIT_EXCEEDED", Refuse("a.parquet", content)?.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);
    }

    [Fact]
    public async Task A_page_beyond_the_limit_is_refused_before_it_is_decoded()
    {
        var finding = Refuse("a.parquet", await Write(CompressionMethod.Zstd, Enumerable.Repeat(new Blob { Data = [.. Noise(64 << 10), .. new byte[32 << 20]] }, 9)));
        Assert.Equal("LIMIT_EXCEEDED", finding?.Code);
        Assert.Contains("write smaller pages", finding!.Message, StringComparison.Ordinal);
    }

    /// <summary>Repetition levels say where rows begin; no header repeats what they say.</summary>
    [Fact]
    public async Task Lists_that_decode_to_other_rows_are_refused()
    {
        var content = await Write(CompressionMethod.None, Enumerable.Range(0, 20).Select(i => new Listed { Numbers = [i, i + 1, i + 2] }));
        var messages = new HashSet<string>();
        Damage.Flip("a.parquet", content, damaged =>
        {
            if (FileDecoding.Refuse(Inspected.File("a.parquet", damaged), Inspected.Reader(damaged)) is { } finding)
            {
                messages.Add(finding.Message);
                Assert.All(finding.Message, c => Assert.InRange(c, ' ', '~'));
            }

            return true;
        });
        Assert.Contains(messages, m => m.Contains(" rows of 20 in column 0 of row group 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Random_damage_is_answered_and_never_thrown()
    {
        var content = await ParquetTests.Write(20, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy });
        var arrow = ArrowTests.Write(isFile: true, Options(CompressionCodecType.Lz4Frame), ArrowTests.Many(100));
        Gen.Select(Gen.Bool, Gen.Select(Gen.Double[0, 1], Gen.Byte).Array[1, 3]).Sample(
            (isArrow, damage) =>
            {
                var (name, bytes) = isArrow ? ("a.arrow", (byte[])arrow.Clone()) : ("a.parquet", (byte[])content.Clone());
                foreach (var (at, value) in damage)
                {
                    bytes[(int)(at * (bytes.Length - 1))] = value;
                }

                var inspection = Inspected.File(name, bytes);
                return !inspection.Accepted || FileDecoding.Refuse(inspection, Inspected.Reader(bytes))?.Message.All(c => c is >= ' ' and <= '~') != false;
            },
            iter: 2_000);
    }

    [Theory]
    [InlineData(CompressionCodecType.Zstd)]
    [InlineData(CompressionCodecType.Lz4Frame)]
    public void A_compressed_buffer_that_is_damaged_is_refused(CompressionCodecType codec)
    {
        var content = ArrowTests.Write(isFile: false, Options(codec), ArrowTests.Batch(("a", new Int64Array.Builder().AppendRange(Enumerable.Range(0, 500).Select(i => i % 50 * 1_000_003L)).Build())));
        var frame = content.AsSpan().IndexOf(codec == CompressionCodecType.Zstd ? [0x28, 0xB5, 0x2F, 0xFD] : (byte[])[0x04, 0x22, 0x4D, 0x18]);
        content.AsSpan(frame + 4, 60).Fill(0xFF);
        var finding = Refuse("a.arrow", content);
        Assert.Equal("FORMAT_MALFORMED", finding?.Code);
        Assert.StartsWith("it does not decode as Arrow: \"", finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_and_indices_that_only_show_when_decompressed_are_refused()
    {
        var right = ArrowTests.Batch(("s", new StringArray.Builder().AppendRange(Enumerable.Repeat("a word that repeats", 500)).Build()));
        var offsets = right.Column(0).Data.Buffers[1].Span.ToArray();
        BitConverter.GetBytes(int.MaxValue).CopyTo(offsets, 4);
        var wrong = new StringArray(500, new ArrowBuffer(offsets), right.Column(0).Data.Buffers[2], ArrowBuffer.Empty);
        var content = ArrowTests.Write(isFile: true, Options(CompressionCodecType.Zstd), ArrowTests.Batch(("s", wrong)));
        Assert.Contains("offsets that go back", Refuse("a.arrow", content)?.Message, StringComparison.Ordinal);

        var places = new Int8Array.Builder().AppendRange(Enumerable.Repeat((sbyte)1, 500)).Append(2).Build();
        var words = new StringArray.Builder().Append("a").Append("b").Build();
        var dictionary = new DictionaryArray(new Apache.Arrow.Types.DictionaryType(Apache.Arrow.Types.Int8Type.Default, Apache.Arrow.Types.StringType.Default, false), places, words);
        content = ArrowTests.Write(isFile: true, Options(CompressionCodecType.Zstd), ArrowTests.Batch(("d", dictionary)));
        Assert.Contains("an index outside of its dictionary", Refuse("a.arrow", content)?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_batch_beyond_the_limit_is_refused_before_it_is_decompressed()
    {
        var zeros = new ArrowBuffer(new byte[600 << 20]);
        UInt8Array Column() => new(zeros, ArrowBuffer.Empty, zeros.Length, 0, 0);
        var finding = Refuse("a.arrow", ArrowTests.Write(isFile: false, Options(CompressionCodecType.Zstd), ArrowTests.Batch(("a", Column()), ("b", Column()))));
        Assert.Equal("LIMIT_EXCEEDED", finding?.Code);
        Assert.Contains("write smaller batches", finding!.Message, StringComparison.Ordinal);
    }

    /// <summary>What decoding says of content that the verifier accepts.</summary>
    private static Finding? Refuse(string name, byte[] content)
    {
        var inspection = Inspected.File(name, content);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        return FileDecoding.Refuse(inspection, Inspected.Reader(content));
    }

    internal static IpcOptions Options(CompressionCodecType? codec) => new() { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() };

    /// <summary>A file of one value.</summary>
    private static Task<byte[]> Bytes(CompressionMethod codec, byte[] value) => Write(codec, [new Blob { Data = value }]);

    /// <summary>A genuine file whose one page no longer decompresses; it has no CRC.</summary>
    internal static async Task<byte[]> Damaged(CompressionMethod codec)
    {
        var random = new Random(1);
        var content = await Bytes(codec, [.. Enumerable.Range(0, 2_000).SelectMany(_ => BitConverter.GetBytes(1_000_003 * random.Next(100)))]);
        content.AsSpan(100, 300).Fill(0xFF);
        content.AsSpan(500, 300).Clear();
        return content;
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        return noise;
    }

    private static async Task<byte[]> Write<T>(CompressionMethod codec, IEnumerable<T> rows)
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, stream, new ParquetOptions { CompressionMethod = codec });
        return stream.ToArray();
    }

    internal sealed class Blob
    {
        public byte[] Data { get; set; } = [];
    }

    internal sealed class Listed
    {
        public List<int> Numbers { get; set; } = [];
    }
}
