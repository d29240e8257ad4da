using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Images and sound: damage in every bit, bombs, flat memory, and independence of chunks.</summary>
public sealed class MediaTests
{
    private const int MebiByte = 1024 * 1024;

    public static TheoryData<string, string> Samples => new()
    {
        { "png.json", "Adam7, 3 by 2" },
        { "png.json", "tRNS: for a palette" },
        { "jpeg.json", "genuine: Pillow, gray" },
        { "jpeg.json", "genuine: cjpeg, 4:2:2" },
        { "webp.json", "genuine: cwebp, lossless" },
        { "webp.json", "frames: two" },
        { "wav.json", "padding of zeros" },
        { "wav.json", "LIST INFO" },
        { "flac.json", "genuine: flac -0, blocks of 64" },
        { "flac.json", "seek table" },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Truncation_at_every_byte_is_refused(string file, string name)
    {
        var sample = Vector(file, name);
        Damage.Truncate(sample.Path, sample.Input, _ => false);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Any_bit_changed_is_refused_or_leaves_a_valid_file(string file, string name)
    {
        var sample = Vector(file, name);
        var original = (byte[])sample.Input.Clone();
        Damage.Flip(sample.Path, sample.Input, content => IsValid(file, content, original));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void One_byte_put_in_anywhere_between_structures_is_not_lost(string file, string name)
    {
        var sample = Vector(file, name);
        for (var at = 0; at <= sample.Input.Length; at++)
        {
            byte[] content = [.. sample.Input[..at], 0, .. sample.Input[at..]];

            // JPEG's entropy-coded data have no length and no sum: a byte more there is what NotChecked says.
            var inspection = Inspected.File(sample.Path, content);
            Assert.True(!inspection.Accepted || file == "jpeg.json", $"{name}: a byte at {at}");
        }
    }

    [Fact]
    public void Random_damage_is_answered_alike_in_any_chunks() =>
        Gen.Select(
            Gen.Int[0, Media.Length - 1], Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[0, 4], Gen.Int[1, 3_000].Array[1, 6]).Sample(
            (i, damage, chunks) =>
            {
                var bytes = (byte[])Media[i].Input.Clone();
                foreach (var (at, value) in bytes.Length == 0 ? [] : damage)
                {
                    bytes[at % bytes.Length] = value;
                }

                return Inspected.File(Media[i].Path, bytes).Text() == Inspected.File(Media[i].Path, bytes, chunks).Text();
            },
            iter: 5_000);

    [Fact]
    public void Pixels_that_go_on_without_end_are_refused_where_the_header_ends()
    {
        var bomb = Png(4, 4, Deflated(500 * MebiByte));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var inspection = Inspected.File("a.png", bomb);
        Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * MebiByte);
    }

    [Fact]
    public void An_image_of_150_million_pixels_is_inflated_in_flat_memory()
    {
        var image = Png(15_000, 10_000, Deflated(10_000 * 15_001));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var inspection = Inspected.File("a.png", image);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * MebiByte);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(-1)]
    public void Samples_of_1_GiB_are_read_in_flat_memory(int difference)
    {
        const int bytes = 1024 * MebiByte;
        var header = Vector("wav.json", "mono, 8 samples").Input[..44];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), 36 + bytes);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), bytes);
        var inspection = Stream("a.wav", header, 44L + bytes + Math.Min(difference, 0), out var allocated);
        Assert.Equal(difference >= 0, inspection.Accepted);
        Assert.InRange(allocated, 0, 2 * MebiByte);
    }

    [Fact]
    public void A_scan_of_1_GiB_is_read_in_flat_memory_and_refused_at_its_end()
    {
        var sample = Vector("jpeg.json", "genuine: Pillow, gray").Input;
        var inspection = Stream("a.jpg", sample[..^2], 1024L * MebiByte, out var allocated);
        Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
        Assert.InRange(allocated, 0, 2 * MebiByte);
    }

    [Theory]
    [InlineData("a.webp", "RIFF\u00F8\u00FF\u00FF\u003FWEBPVP8X\u000A\0\0\0\u0004\0\0\0\0\0\0\0\0\0XMP \u0000\u0000\u0000\u003F")]
    [InlineData("a.flac", "fLaC\u0000\u0000\u0000\u0022\u0010\0\u0010\0\0\0\0\0\0\0\u000A\u00C4\u0040\u00F0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u0004\u00FF\u00FF\u00FF")]
    public void Metadata_beyond_the_limit_is_refused_before_it_is_held(string path, string begin)
    {
        var inspection = Stream(path, Encoding.Latin1.GetBytes(begin), 1024L * MebiByte, out var allocated);
        Assert.Contains(inspection.Codes()[0], (string[])["LIMIT_EXCEEDED", "FORMAT_UNKNOWN"]);
        Assert.InRange(allocated, 0, 2 * MebiByte);
    }

    /// <summary>Frames of noise: a stream far longer than a block, walked bit by bit, in any chunks.</summary>
    [Fact]
    public void Long_images_and_sounds_are_read_wherever_a_block_ends() =>
        Gen.Int[1, 100_000].Array[1, 4].Sample(
            chunks =>
            {
                var inspection = Inspected.File("a.png", Long.Value, chunks);
                Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
            },
            iter: 20);

    private static readonly Lazy<byte[]> Long = new(() =>
    {
        var rows = new byte[500 * 1501];
        new Random(1).NextBytes(rows);
        for (var row = 0; row < 500; row++)
        {
            rows[row * 1501] = (byte)(row % 5);
        }

        return Png(1500, 500, Deflated(rows));
    });

    private static InspectionVector[] Media =>
        [.. InspectionVectors.All.Where(v => v.File is "png.json" or "jpeg.json" or "webp.json" or "wav.json" or "flac.json").Select(v => v.Case)];

    private static InspectionVector Vector(string file, string name)
    {
        var vector = InspectionVectors.All.Single(v => v.File == file && v.Case.Name == name).Case;
        return vector with { Input = (byte[])vector.Input.Clone() };
    }

    /// <summary>Plain checks of what a flipped bit may leave: PNG sums everything, FLAC its frames; the others keep their skeleton.</summary>
    private static bool IsValid(string file, byte[] content, byte[] original) => file switch
    {
        "png.json" => false,
        "flac.json" => content.AsSpan(Frames(original)).SequenceEqual(original.AsSpan(Frames(original))),
        "jpeg.json" => IsJpeg(content),
        _ => Skeleton(content) is { } skeleton && skeleton == Skeleton(original),
    };

    private static int Frames(byte[] flac)
    {
        var at = 4;
        while (true)
        {
            var last = flac[at] >> 7 == 1;
            at += 4 + ((flac[at + 1] << 16) | (flac[at + 2] << 8) | flac[at + 3]);
            if (last)
            {
                return at;
            }
        }
    }

    /// <summary>Segments in a chain to the scan, and no marker but restarts from there to the end.</summary>
    private static bool IsJpeg(byte[] content)
    {
        var at = 2;
        while (content[at + 1] != 0xDA)
        {
            if (content[at] != 0xFF)
            {
                return false;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(at + 2));
        }

        for (at += 2 + BinaryPrimitives.ReadUInt16BigEndian(content.AsSpan(at + 2)); at < content.Length - 2; at++)
        {
            if (content[at] == 0xFF && content[at + 1] != 0)
            {
                return false;
            }
        }

        return content.AsSpan(^2..).SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0xD9]);
    }

    /// <summary>Names and sizes of the chunks of a RIFF that they cover exactly.</summary>
    private static string? Skeleton(byte[] riff)
    {
        var skeleton = new StringBuilder();
        var at = 12L;
        while (at <= riff.Length - 8)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(riff.AsSpan((int)at + 4));
            skeleton.Append(Encoding.Latin1.GetString(riff, (int)at, 4)).Append(size).Append(' ');
            at += 8 + size + (size & 1);
        }

        return at == riff.Length && BinaryPrimitives.ReadUInt32LittleEndian(riff.AsSpan(4)) == riff.Length - 8 ? skeleton.Replace("PAD ", "JUNK").ToString() : null;
    }

    private static byte[] Png(int width, int height, byte[] idat)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", idat), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var ends = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(ends, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(ends.AsSpan(4), Crc32.HashToUInt32(body));
        return [.. ends[..4], .. body, .. ends[4..]];
    }

    private static byte[] Deflated(long zeros)
    {
        var into = new MemoryStream();
        using (var zlib = new ZLibStream(into, CompressionLevel.SmallestSize))
        {
            var block = new byte[MebiByte];
            for (var left = zeros; left > 0; left -= block.Length)
            {
                zlib.Write(block, 0, (int)Math.Min(left, block.Length));
            }
        }

        return into.ToArray();
    }

    private static byte[] Deflated(byte[] content)
    {
        var into = new MemoryStream();
        using (var zlib = new ZLibStream(into, CompressionLevel.Fastest))
        {
            zlib.Write(content);
        }

        return into.ToArray();
    }

    private static FileInspection Stream(string path, byte[] begin, long bytes, out long allocated)
    {
        var block = new byte[256 * 1024];
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var inspector = new FileInspector(Inspected.Path(path), bytes, (_, _) => 0);
        inspector.Append(begin);
        for (var left = bytes - begin.Length; left > 0; left -= block.Length)
        {
            inspector.Append(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }

        var inspection = inspector.Complete();
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return inspection;
    }
}
