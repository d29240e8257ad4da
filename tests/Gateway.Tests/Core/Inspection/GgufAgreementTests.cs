using System.Globalization;
using System.Text.Json;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>Hugging Face's own reader, <c>@huggingface/gguf</c>, sees in a file what this verifier accepted it for.</summary>
public sealed class GgufAgreementTests
{
    private const string Package = "@huggingface/gguf@0.4.6";

    private const string Script = """
        import { gguf } from "@huggingface/gguf";
        const seen = await gguf(process.argv[2], { allowLocalFile: true, computeParametersCount: true });
        console.log(JSON.stringify(seen, (_, value) => typeof value === "bigint" ? value.toString() : value));
        """;

    private static readonly (string Key, object Value)[] Pairs =
    [
        GgufFiles.Llama, ("general.name", "é 漢"), ("general.alignment", 64u), ("x.u8", (byte)255), ("x.i16", (short)-2), ("x.f32", 0.5f), ("x.yes", true),
        ("x.u64", ulong.MaxValue), ("x.i64", -3L), ("x.f64", 0.25), ("tokenizer.ggml.tokens", (string[])["<s>", "é", ""]), ("x.list", (int[])[1, -1]),
    ];

    private static readonly GgufTensor[] Tensors =
        [new("token_embd.weight", 8, [64, 3], 204), new("blk.0.attn_q.weight", 1, [2, 3, 1, 5], 60), new("output_norm.weight", 0, [3], 12)];

    [Fact]
    public async Task Names_shapes_types_offsets_and_metadata_are_the_same()
    {
        using var directory = new TemporaryDirectory();
        if (await ClientProgram.RunAsync(directory.Path, "npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", Package) is not { Code: 0 })
        {
            Assert.Skip($"{Package} cannot be had: npm is missing, or reaches no registry.");
        }

        var content = GgufFiles.Of(Pairs, Tensors, 64);
        await File.WriteAllBytesAsync(directory["sample.gguf"], content, TestContext.Current.CancellationToken);
        var (code, output) = (await ClientProgram.RunAsync(directory.Path, "node", directory.Write("read.mjs", Script), directory["sample.gguf"]))!.Value;
        Assert.True(code == 0, output);
        using var document = JsonDocument.Parse(output);
        var seen = document.RootElement;
        var inspection = Inspected.File("sample.gguf", content);
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());

        var summary = inspection.Summary.ToDictionary(s => s.Name, s => s.Value);
        var infos = seen.GetProperty("tensorInfos").EnumerateArray().ToArray();
        Assert.Equal(summary["tensors"], Findings.Number(infos.Length));
        Assert.Equal(summary["parameters"], Findings.Number(seen.GetProperty("parameterCount").GetInt64()));
        Assert.Equal(Tensors.Select(t => (t.Name, string.Join(',', t.Shape), t.Type)), infos.Select(i => (
            i.GetProperty("name").GetString()!, string.Join(',', i.GetProperty("shape").EnumerateArray().Select(d => d.GetString())), i.GetProperty("dtype").GetUInt32())));
        Assert.Equal(["0", "256", "320"], infos.Select(i => i.GetProperty("offset").GetString()));
        Assert.Equal(content.Length - 384, long.Parse(seen.GetProperty("tensorDataOffset").GetString()!, CultureInfo.InvariantCulture));

        var metadata = seen.GetProperty("metadata").EnumerateObject().Where(m => m.Name is not ("version" or "tensor_count" or "kv_count")).ToArray();
        Assert.Equal(summary["metadata keys"], Findings.Number(metadata.Length));
        Assert.Equal(Pairs.Select(p => (p.Key, Spelled(p.Value))), metadata.Select(m => (m.Name, Spelled(m.Value))));
        Assert.Equal(summary["architecture"], seen.GetProperty("metadata").GetProperty("general.architecture").GetString());
    }

    /// <summary>A value as text; JavaScript's big integers arrive as strings.</summary>
    private static string Spelled(object value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Array } list => string.Join('|', list.EnumerateArray().Select(e => Spelled((object)e))),
        JsonElement element => element.ToString(),
        string text => text,
        Array list => string.Join('|', list.Cast<object>().Select(Spelled)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
