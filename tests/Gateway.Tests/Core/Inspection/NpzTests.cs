using System.Diagnostics;
using System.IO.Compression;
using CsCheck;
using Gateway.Core.Inspection;
using Gateway.Core.Inspection.Verifiers.Zip;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class NpzTests
{
    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6];
    private static readonly Gen<byte[]> Content = Gen.OneOf(Gen.Byte.Array[1, 3_000], Gen.Byte[0, 3].Array[1, 20_000], Gen.Byte[7, 7].Array[1, 200_000]);
    private static readonly Gen<CompressionLevel> Level = Gen.Enum<CompressionLevel>();

    public static TheoryData<string> Samples => ["savez", "savez, CPython before 3.11.4", "savez_compressed", "zip64 in the central header, all three"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Truncation_at_every_byte_is_refused(string sample) => Damage.Truncate("a.npz", Sample(sample), _ => false);

    /// <summary>
    /// Nothing may change but what a file was made by and its permissions, which stand in one place only, and how deflate says the same bytes.
    /// </summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Any_bit_changed_is_refused_but_for_maker_permissions_and_packing(string sample)
    {
        var original = Sample(sample);
        Damage.Flip("a.npz", Sample(sample), content => Blank(content).AsSpan().SequenceEqual(Blank(original)));
    }

    [Fact]
    public void Archives_of_another_writer_are_accepted_in_any_chunks() =>
        Gen.Select(Content.Array[1, 5], Gen.Bool, Chunks).Sample(
            (arrays, deflated, chunks) =>
            {
                var content = NpzFiles.Of(deflated ? CompressionLevel.Optimal : CompressionLevel.NoCompression, arrays.Select((a, i) => ($"a{i}.npy", NpzFiles.Npy(a))));
                var inspection = Inspected.File("a.npz", content, chunks);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
                Assert.Equal(Inspected.File("a.npz", content).Text(), inspection.Text());
                Assert.Contains(new SummaryEntry("array bytes", Number(arrays.Sum(a => 128L + a.Length))), inspection.Summary);
            },
            iter: 200);

    [Fact]
    public void A_member_is_refused_for_any_byte_changed_wherever_a_block_ends() =>
        Gen.Select(Gen.Int[0, 199_999], Chunks).Sample(
            (at, chunks) =>
            {
                var content = NpzFiles.Of(CompressionLevel.NoCompression, ("a.npy", NpzFiles.Npy(new byte[200_000])));
                content[content.Length - 22 - 51 - 1 - at] ^= 1;
                Assert.Equal(["FORMAT_MALFORMED"], Inspected.File("a.npz", content, chunks).Codes());
            },
            iter: 100);

    [Fact]
    public void Deflate_streams_are_followed_to_the_byte_as_another_decoder_inflates_them() =>
        Gen.Select(Content, Level, Chunks).Sample(
            (content, level, chunks) =>
            {
                var packed = NpzFiles.Deflate(content, level);
                Assert.Equal(content, Inflate(packed, content.Length, chunks));
            },
            iter: 500);

    [Fact]
    public void Damaged_deflate_streams_are_refused_or_inflated_as_another_decoder_does() =>
        Gen.Select(Content, Level, Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 4]).Sample(
            (content, level, damage) =>
            {
                var packed = NpzFiles.Deflate(content, level);
                foreach (var (at, value) in damage)
                {
                    packed[at % packed.Length] = value;
                }

                var walk = new DeflateWalk();
                if (walk.Append(packed) is null && walk.HasEnded)
                {
                    Assert.Equal(PlatformInflate(packed), Inflate(packed, walk.Inflated, [packed.Length]));
                }
            },
            iter: 20_000);

    [Fact]
    public void A_stored_array_of_1_GiB_is_read_in_flat_memory()
    {
        const long zeros = 1L << 30;
        var (begin, end) = NpzFiles.Around(zeros, packed: null);
        var inspection = Stream(begin, zeros, end, out var allocated);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Contains(new SummaryEntry("array 1", "\"a\" |u1 (1073741824)"), inspection.Summary);
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void Zeros_of_60_MB_that_shrank_to_nothing_are_inflated_in_flat_memory()
    {
        const int zeros = 60_000_000;
        var (begin, end) = NpzFiles.Around(zeros, NpzFiles.Deflate(NpzFiles.Npy(new byte[zeros]), CompressionLevel.Optimal));
        var inspection = Stream(begin, 0, end, out var allocated);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.InRange(allocated, 0, 1024 * 1024);
    }

    [Fact]
    public void A_bomb_is_refused_by_what_its_header_states()
    {
        const int zeros = 200_000_000;
        var (begin, end) = NpzFiles.Around(zeros, NpzFiles.Deflate(NpzFiles.Npy(new byte[zeros]), CompressionLevel.Optimal));
        var inspection = Stream(begin, 0, end, out var allocated);
        Assert.Equal(["LIMIT_EXCEEDED"], inspection.Codes());
        Assert.Equal(0, inspection.Findings[0].Offset);
        Assert.InRange(allocated, 0, 256 * 1024);
    }

    /// <summary>The header states few bytes and the stream goes on for long: it is followed, and never inflated.</summary>
    [Fact]
    public void A_bomb_whose_header_lies_is_refused_at_its_first_block()
    {
        var (begin, end) = NpzFiles.Around(1_000, NpzFiles.Deflate(new byte[60_000_000], CompressionLevel.Optimal));
        var inspection = Stream(begin, 0, end, out var allocated);
        Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
        Assert.Contains("more bytes than it states", inspection.Findings[0].Message, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 512 * 1024);
    }

    [Fact]
    public void One_member_more_than_the_limit_is_refused()
    {
        var npy = NpzFiles.Npy(1);
        var members = Enumerable.Range(0, ZipLimits.Members + 1).Select(i => ($"{i}.npy", npy)).ToArray();
        Assert.Equal(["LIMIT_EXCEEDED"], Inspected.File("a.npz", NpzFiles.Of(CompressionLevel.NoCompression, members)).Codes());
        Assert.True(Inspected.File("a.npz", NpzFiles.Of(CompressionLevel.NoCompression, members[1..])).Accepted);
    }

    /// <summary>The program that the format is named after: what it saves must be let in.</summary>
    [Fact]
    public void What_NumPy_saves_is_accepted()
    {
        const string script = """
            import numpy as np, sys
            rng = np.random.default_rng(7)
            arrays = {f"{k}{n}": np.zeros((2, 3), f"<{k}{n}") for k, n in ["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "U5"]}
            arrays |= {"b": np.array(True), "u1": rng.integers(0, 255, 300_000, np.uint8), "empty": np.zeros((0, 4)), "path/w:0": np.ones(3, order="F")}
            arrays |= {"S": np.array([b"abc"]), "normal": rng.normal(size=50_000), "zeros": np.zeros(2_000_000), "größe": np.asfortranarray(np.eye(3))}
            for save in (np.savez, np.savez_compressed):
                save(f"{sys.argv[1]}/{save.__name__}.npz", **arrays)
                save(f"{sys.argv[1]}/{save.__name__}-many.npz", *[np.arange(i) for i in range(2_000)])
            np.savez(f"{sys.argv[1]}/objects.npz", np.array([{}], dtype=object))
            """;
        using var directory = PythonOutput.Of(script, "numpy");
        var files = Directory.GetFiles(directory.Path, "savez*.npz");
        Assert.Equal(4, files.Length);
        Assert.All(files, f => Assert.True(Inspected.File("a.npz", File.ReadAllBytes(f)) is { Accepted: true, Summary.Count: 10 }, f));
        Assert.Equal(["PICKLE_REFUSED"], Inspected.File("a.npz", File.ReadAllBytes(Path.Combine(directory.Path, "objects.npz"))).Codes());
    }

    private static byte[] Sample(string name) =>
        [.. InspectionVectors.All.Single(v => v.File == "npz.json" && v.Case.Name == name).Case.Input];

    /// <summary>The bytes without version and attributes of their maker, those of a deflated first member as another decoder inflates them.</summary>
    private static byte[] Blank(byte[] content)
    {
        const int packedAt = 30 + 5 + 20;
        var blank = (byte[])content.Clone();
        if (content[8] == 8)
        {
            var packed = BitConverter.ToInt32(content, packedAt - 8);
            blank = [.. content[..packedAt], .. PlatformInflate(content[packedAt..(packedAt + packed)]), .. content[(packedAt + packed)..]];
        }

        for (var at = 0; blank.AsSpan(at).IndexOf("PK\x01\x02"u8) is >= 0 and var next; at += 4)
        {
            at += next;
            blank.AsSpan(at + 4, 2).Clear();
            blank.AsSpan(at + 38, 4).Clear();
        }

        return blank;
    }

    private static byte[] PlatformInflate(byte[] packed)
    {
        using var deflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        deflate.CopyTo(inflated);
        return inflated.ToArray();
    }

    private static byte[] Inflate(byte[] packed, long bytes, int[] chunks)
    {
        using var inflated = new MemoryStream();
        var inflater = new ZipInflater();
        inflater.Begin(bytes);
        for (var (at, i) = (0, 0); at < packed.Length; i++)
        {
            var size = Math.Min(Math.Min(chunks[i % chunks.Length], InspectionLimits.BlockBytes), packed.Length - at);
            Assert.Null(inflater.Append(packed.AsSpan(at, size)));
            at += size;
            while (true)
            {
                Assert.Null(inflater.Next(out var output));
                if (output.IsEmpty)
                {
                    break;
                }

                inflated.Write(output);
            }
        }

        Assert.Null(inflater.End());
        return inflated.ToArray();
    }

    private static FileInspection Stream(byte[] begin, long zeros, byte[] end, out long allocated)
    {
        var block = new byte[256 * 1024];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path("a.npz"), begin.Length + zeros + end.Length, (_, _) => 0);
        inspector.Append(begin);
        for (var left = zeros; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        inspector.Append(end);
        var inspection = inspector.Complete();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return inspection;
    }

    private static string Number(long value) => value.ToString("#,0", System.Globalization.CultureInfo.InvariantCulture);
}
