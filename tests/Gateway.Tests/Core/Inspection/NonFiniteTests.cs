using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Numbers that are not finite, counted by vectors in blocks, against one at a time in whole tensors.</summary>
public sealed class NonFiniteTests
{
    private static readonly (string Type, int Bytes)[] Types =
    [
        ("F16", 2), ("BF16", 2), ("F32", 4), ("F64", 8), ("C64", 8), ("F8_E5M2", 1), ("F8_E4M3", 1), ("F8_E4M3FNUZ", 1), ("F8_E5M2FNUZ", 1), ("F8_E8M0", 1), ("U8", 1), ("I32", 4),
    ];

    /// <summary>Every length from nothing to some vectors, at every alignment; and some that blocks cut.</summary>
    private static readonly Gen<(int Type, int Count)[]> Tensors =
        Gen.Select(Gen.Int[0, Types.Length - 1], Gen.Frequency((9, Gen.Int[0, 150]), (1, Gen.Int[0, 20_000]))).Array[0, 12];

    [Fact]
    public void As_many_are_counted_as_one_at_a_time_and_the_first_is_named() =>
        Gen.Select(Tensors, Gen.Int[0, 9], Gen.Int, Gen.Int[0, 2]).Sample(
            (tensors, padding, seed, density) =>
            {
                var file = Make(tensors, padding, seed, density);
                Assert.Equal(Plainly(file.Bytes, tensors, file.BodyAt), Seen(Inspected.File("a.safetensors", file.Bytes)));
            },
            iter: 3_000);

    [Fact]
    public void Any_chunks_give_the_same_count() =>
        Gen.Select(Tensors, Gen.Int, Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6]).Sample(
            (tensors, seed, chunks) =>
            {
                var file = Make(tensors, 0, seed, 1);
                Assert.Equal(Inspected.File("a.safetensors", file.Bytes).Text(), Inspected.File("a.safetensors", file.Bytes, chunks).Text());
            },
            iter: 300);

    [Fact]
    public void A_number_that_a_block_cuts_is_counted_wherever_it_is_cut()
    {
        for (var padding = 0; padding < 8; padding++)
        {
            var file = SafetensorsFiles.Of("{\"a\":{\"dtype\":\"F64\",\"shape\":[20000],\"data_offsets\":[0,160000]}}" + new string(' ', padding), 160_000);
            var bodyAt = file.Length - 160_000;
            file.AsSpan(bodyAt).Clear();
            var at = bodyAt + ((InspectionLimits.BlockBytes - bodyAt) / 8 * 8);
            BinaryPrimitives.WriteDoubleLittleEndian(file.AsSpan(at), double.NaN);
            var finding = Assert.Single(Inspected.File("a.safetensors", file).Findings);
            Assert.Equal(("NON_FINITE", at), (finding.Code, (int)finding.Offset!));
            Assert.Equal("NaN or infinite: 1 of 20,000 floating-point numbers (0.005 %), first in \"a\"", finding.Message);
        }
    }

    [Fact]
    public void A_share_that_rounds_to_nothing_is_said_to_be_small()
    {
        var file = SafetensorsFiles.Of("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2000000],\"data_offsets\":[0,2000000]}}", 2_000_000);
        file.AsSpan(file.Length - 2_000_000).Clear();
        file[^1] = 0x7F;
        Assert.Equal("NaN or infinite: 1 of 2,000,000 floating-point numbers (under 0.0001 %), first in \"a\"", Inspected.File("a.safetensors", file).Findings[0].Message);
    }

    [Fact]
    public void What_an_npz_holds_is_counted_over_its_arrays_and_the_first_is_named()
    {
        const string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
        byte[] Npy(params float[] values) =>
            [0x93, .. "NUMPY"u8, 1, 0, 70, 0, .. Encoding.ASCII.GetBytes(header.PadRight(69)), (byte)'\n', .. values.SelectMany(BitConverter.GetBytes)];
        using var stream = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, array) in new[] { ("a", Npy(1, 2)), ("b", Npy(float.NaN, 1)), ("c", Npy(float.NegativeInfinity, float.NaN)) })
            {
                using var member = zip.CreateEntry($"{name}.npy").Open();
                member.Write(array);
            }
        }

        var finding = Assert.Single(Inspected.File("a.npz", stream.ToArray()).Findings);
        Assert.Equal("NaN or infinite: 3 of 6 floating-point numbers (50 %), first in \"b\"", finding.Message);
    }

    [Fact]
    public void Acceptance_leaves_them_open_no_more() =>
        Assert.DoesNotContain(
            new[] { FileFormat.Safetensors, FileFormat.Npy, FileFormat.Npz }.SelectMany(f => f.NotChecked()), phrase => phrase.Contains("NaN", StringComparison.Ordinal));

    private static (byte[] Bytes, int BodyAt) Make((int Type, int Count)[] tensors, int padding, int seed, int density)
    {
        var header = new StringBuilder("{");
        var end = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            var (type, bytes) = Types[tensors[i].Type];
            var begin = end;
            end += tensors[i].Count * bytes;
            header.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}\"t{i}\":{{\"dtype\":\"{type}\",\"shape\":[{tensors[i].Count}],\"data_offsets\":[{begin},{end}]}}");
        }

        var file = SafetensorsFiles.Of(header.Append('}').Append(' ', padding).ToString(), end);
        var body = file.AsSpan(file.Length - end);
        var random = new Random(seed);
        random.NextBytes(body);
        foreach (ref var b in body)
        {
            // None, some, or many exponents that are all ones; 0x80 alone is what FNUZ has.
            b = density switch { 0 => (byte)(b & 0x3F), 1 => random.Next(40) == 0 ? (byte)0xFF : (byte)(b & 0x3F), _ => random.Next(2) == 0 ? (byte)(0x80 | (b & 0x7F)) : b };
        }

        return (file, file.Length - end);
    }

    private static string Seen(FileInspection inspection)
    {
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        var finding = inspection.Findings.SingleOrDefault(f => f.Code == "NON_FINITE");
        return finding is null ? "" : $"{finding.Offset} {finding.Message.Split('(')[0]}{finding.Message.Split(')')[1]}";
    }

    private static string Plainly(byte[] file, (int Type, int Count)[] tensors, int at)
    {
        var (all, bad, first) = (0, 0, "");
        for (var i = 0; i < tensors.Length; i++)
        {
            var (type, bytes) = Types[tensors[i].Type];
            var (step, isFloat) = type == "C64" ? (4, true) : (bytes, type is not ("U8" or "I32"));
            for (var end = at + (tensors[i].Count * bytes); at < end; at += step)
            {
                if (!isFloat)
                {
                    continue;
                }

                all++;
                if (!IsFinite(type, file.AsSpan(at, step)))
                {
                    first = bad++ == 0 ? $"{at} NaN or infinite: {{0}} of {{1}} floating-point numbers , first in \"t{i}\"" : first;
                }
            }
        }

        return string.Format(CultureInfo.InvariantCulture, first, bad.ToString("#,0", CultureInfo.InvariantCulture), all.ToString("#,0", CultureInfo.InvariantCulture));
    }

    private static bool IsFinite(string type, ReadOnlySpan<byte> number) => type switch
    {
        "F16" => Half.IsFinite(BinaryPrimitives.ReadHalfLittleEndian(number)),
        "BF16" => float.IsFinite(BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(number) << 16)),
        "F32" or "C64" => float.IsFinite(BinaryPrimitives.ReadSingleLittleEndian(number)),
        "F64" => double.IsFinite(BinaryPrimitives.ReadDoubleLittleEndian(number)),
        "F8_E5M2" => Half.IsFinite(BitConverter.UInt16BitsToHalf((ushort)(number[0] << 8))),
        "F8_E4M3" => number[0] is not (0x7F or 0xFF),
        "F8_E8M0" => number[0] != 0xFF,
        _ => number[0] != 0x80,
    };
}
