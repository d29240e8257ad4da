using System.Text;
using CsCheck;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

public sealed class ChunkingTests
{
    private static readonly Gen<int[]> Chunks = Gen.OneOf(Gen.Int[1, 8], Gen.Int[1, 100_000]).Array[1, 6];

    [Fact]
    public void Equal_bytes_give_an_equal_inspection_in_any_chunks() =>
        Gen.Select(Gen.Int[0, InspectionVectors.All.Count - 1], Chunks).Sample(
            (i, chunks) =>
            {
                var vector = InspectionVectors.All[i].Case;
                return Inspected.File(vector.Path, vector.Input).Text() == Inspected.File(vector.Path, vector.Input, chunks).Text();
            },
            iter: 2_000);

    /// <summary>Whatever is behind the first block: tokens, lines, characters and headers that the end of a block cuts anywhere.</summary>
    [Fact]
    public void Long_files_are_read_as_short_ones_are_wherever_a_block_ends() =>
        Gen.Select(Gen.Int[0, 400], Chunks).Sample(
            (shift, chunks) =>
            {
                foreach (var (path, content) in LongFiles(shift))
                {
                    var inspection = Inspected.File(path, content, chunks);
                    Assert.True(inspection.Accepted, $"{path}, shifted by {shift}: {inspection.Refusal}");
                }
            },
            iter: 60);

    [Fact]
    public void A_fault_behind_the_first_block_is_found_at_its_offset_in_any_chunks() =>
        Gen.Select(Gen.Int[0, 400], Chunks).Sample(
            (shift, chunks) =>
            {
                foreach (var (path, content) in LongFiles(shift).Where(f => !f.Path.EndsWith(".safetensors", StringComparison.Ordinal)))
                {
                    var at = InspectionLimits.BlockBytes + shift;
                    content[at] = 0x01;
                    var inspection = Inspected.File(path, content, chunks);
                    Assert.Equal(["FORMAT_MALFORMED"], inspection.Codes());
                    // At the byte itself, or at the character that it broke.
                    Assert.InRange(inspection.Findings[0].Offset!.Value, at - 3, at);
                    Assert.Equal(Inspected.File(path, content).Text(), inspection.Text());
                }
            },
            iter: 60);

    private static IEnumerable<(string Path, byte[] Content)> LongFiles(int shift)
    {
        var text = string.Concat(Enumerable.Range(0, 9_000).Select(i => $"Größe {i} 漢字😀\n"));
        var pad = new string('x', shift);
        yield return ("a.txt", Encoding.UTF8.GetBytes(pad + text));
        var quoted = text.Replace("\n", "\"\"\r\n", StringComparison.Ordinal);
        yield return ("a.csv", Encoding.UTF8.GetBytes($"{pad},\"{quoted}\"\n{Many(9_000, i => $"\"ä{i}\"\"\",-{i}\r\n")}"));
        var rows = Many(5_000, i => $"{{\"größe\\u00df\":{i},\"b\":[\"\\ud83d\\ude00😀\"]}}\n");
        yield return ("a.jsonl", Encoding.UTF8.GetBytes($"{{\"{pad}\":1}}\n{rows}"));
        var escaped = text.Replace("\n", "\\n", StringComparison.Ordinal);
        var members = Many(5_000, i => $", \"größe\\u00df{i}\" : {i}.5e-3");
        yield return ("a.json", Encoding.UTF8.GetBytes($"{{\"{pad}\":1,\"long\":\"{escaped}\"{members}}}"));
        var tensors = Enumerable.Range(0, 3_000).Select(i => ($"model.layers.{i}.größe", "BF16", new long[] { i % 3, 2 }));
        yield return ("a.safetensors", SafetensorsFiles.Of(tensors, padding: shift));
    }

    private static string Many(int count, Func<int, string> one) => string.Concat(Enumerable.Range(0, count).Select(one));
}
