using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.High.Import.Web;
using Gateway.Tests.Core.Inspection;
using Xunit;

namespace Gateway.Tests.High.Import.HuggingFace;

/// <summary>Hugging Face's own JavaScript clients find, list, download and load what is published, and are told in their own errors what is not.</summary>
public sealed class HubClientTests : IAsyncLifetime
{
    private static readonly string[] Packages = ["@huggingface/hub@2.17.5", "@huggingface/gguf@0.4.6", "@huggingface/tokenizers@0.2.0"];

    private const string Tokenizer = """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"Whitespace"},"post_processor":null,
        "decoder":null,"model":{"type":"WordLevel","vocab":{"[UNK]":0,"hello":1,"enclave":2},"unk_token":"[UNK]"}}
        """;

    private const string Script = """
        import { readFileSync, mkdtempSync, readdirSync, realpathSync } from "node:fs";
        import { join } from "node:path";
        import { tmpdir } from "node:os";
        import * as hub from "@huggingface/hub";
        import { gguf } from "@huggingface/gguf";
        import { Tokenizer } from "@huggingface/tokenizers";

        const at = { hubUrl: process.env.HF_ENDPOINT, accessToken: process.env.HF_TOKEN };
        const repo = { type: "model", name: "lab/tiny" };
        const all = async items => { const list = []; for await (const item of items) list.push(item); return list; };
        const text = async (path, revision) => await (await hub.downloadFile({ ...at, repo, path, revision })).text();
        const failed = async call => { try { await call(); return "nothing"; } catch (error) { return `${error.statusCode}`; } };
        const seen = {};
        seen.who = (await hub.whoAmI(at)).name;
        seen.models = (await all(hub.listModels({ ...at, search: { owner: "lab" } }))).map(m => m.name);
        seen.info = (await hub.modelInfo({ ...at, name: "lab/tiny", additionalFields: ["sha"] })).sha;
        await hub.checkRepoAccess({ ...at, repo });
        seen.files = (await all(hub.listFiles({ ...at, repo, recursive: true, expand: true }))).map(f => `${f.type} ${f.path} ${f.size} ${f.lfs?.oid ?? ""}`);
        seen.commits = (await all(hub.listCommits({ ...at, repo }))).map(c => c.title);
        seen.paths = (await hub.pathsInfo({ ...at, repo, paths: ["config.json", "none"], expand: true })).map(p => p.path);
        seen.readme = await text("README.md", "1");
        seen.exists = [await hub.fileExists({ ...at, repo, path: "config.json" }), await hub.fileExists({ ...at, repo, path: "none.json" })];
        seen.safetensors = (await hub.parseSafetensorsMetadata({ ...at, repo, computeParametersCount: true })).parameterCount.F32;
        const cacheDir = mkdtempSync(join(tmpdir(), "hub-"));
        const snapshot = await hub.snapshotDownload({ ...at, repo, cacheDir });
        seen.snapshot = readdirSync(snapshot).sort();
        seen.blob = realpathSync(join(snapshot, "config.json")).split("/").pop();
        seen.weights = readFileSync(join(snapshot, "model.safetensors")).length;
        const shared = await hub.scanCacheDir(process.env.HF_HUB_CACHE);
        seen.cached = shared.repos.flatMap(r => r.revisions.map(v => `${r.id.type} ${r.id.name} ${v.commitOid} ${[...v.refs].sort()} ${v.files.length} ${v.size}`));
        const headers = { Authorization: `Bearer ${at.accessToken}` };
        const model = await gguf(`${at.hubUrl}/lab/tiny/resolve/main/tiny.gguf`, { additionalFetchHeaders: headers });
        seen.gguf = model.tensorInfos.map(t => t.name);
        const tokenizer = new Tokenizer(JSON.parse(await text("tokenizer.json")), JSON.parse(await text("tokenizer_config.json")));
        seen.ids = tokenizer.encode("hello enclave").ids;
        seen.noRevision = await failed(() => hub.modelInfo({ ...at, name: "lab/tiny", revision: "none" }));
        seen.noRepository = await failed(() => hub.modelInfo({ ...at, name: "lab/none" }));
        seen.outside = await failed(() => hub.modelInfo({ ...at, name: "other/tiny" }));
        seen.written = await failed(() => hub.createRepo({ ...at, repo: { type: "model", name: "lab/new" } }));
        console.log(JSON.stringify(seen));
        """;

    private readonly TemporaryDirectory directory = new();
    private ReaderBench bench = null!;

    public async ValueTask InitializeAsync() => bench = await ReaderBench.StartAsync(ReaderProtocols.HuggingFace);

    public async ValueTask DisposeAsync()
    {
        await bench.DisposeAsync();
        directory.Dispose();
    }

    [Fact]
    public async Task Hub_clients_find_download_and_load_what_is_published()
    {
        if (await ClientProgram.RunAsync(directory.Path, new Dictionary<string, string>(), "npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", .. Packages]) is not { Code: 0 })
        {
            Assert.Skip("The hub's clients cannot be had: npm is missing, or reaches no registry.");
        }

        byte[] weights = [.. "<\0\0\0\0\0\0\0"u8, .. """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}      """u8, .. new byte[8]];
        var import = await bench.High.CarryAsync(Shipment.Of(bench.High, p => p with
        {
            Kind = ArtifactKind.Checkpoint,
            Name = "lab/tiny",
            Files = [("README.md", "# Tiny\n"), ("config.json", "{}\n"), ("tokenizer.json", Tokenizer), ("tokenizer_config.json", "{}\n"), ("notes/train.md", "fine\n")],
            Binaries = [("model.safetensors", weights), ("tiny.gguf", GgufFiles.Of([GgufFiles.Llama], [new("output_norm.weight", 0, [3], 12)], 32))],
        }));
        Assert.Null(import.Refusal);
        var environment = new Dictionary<string, string>
        {
            ["HF_ENDPOINT"] = bench.Address,
            ["HF_TOKEN"] = (await bench.MakeKeyAsync("lab/*")).Token,
            ["HF_HUB_CACHE"] = Path.Combine(bench.High.Root, "hub"),
            ["NODE_EXTRA_CA_CERTS"] = bench.AuthorityFile,
            ["TMPDIR"] = directory.Path,
        };
        var (code, output) = (await ClientProgram.RunAsync(directory.Path, environment, "node", directory.Write("read.mjs", Script)))!.Value;
        Assert.True(code == 0, output);
        // The clients tell of their progress, too.
        using var document = JsonDocument.Parse(output.Split('\n').First(line => line.StartsWith("{\"who", StringComparison.Ordinal)));
        var seen = document.RootElement;
        var commit = import.Claim!.Manifest.Hex[..40];
        Assert.Equal(("cara", commit), (Text("who"), Text("info")));
        Assert.Equal(["lab/tiny"], List("models"));
        Assert.Contains($"file model.safetensors {weights.Length} {Digest.Of(weights).Hex}", List("files"));
        Assert.Contains("directory notes 0 ", List("files"));
        Assert.Equal(["lab/tiny@1"], List("commits"));
        Assert.Equal(["config.json"], List("paths"));
        Assert.Equal("# Tiny\n", Text("readme"));
        Assert.Equal(["True", "False"], List("exists"));
        Assert.Equal(2, seen.GetProperty("safetensors").GetInt32());
        Assert.Equal(["README.md", "config.json", "model.safetensors", "notes", "tiny.gguf", "tokenizer.json", "tokenizer_config.json"], List("snapshot"));
        Assert.Equal(Digest.Of("{}\n"u8).Hex, Text("blob"));
        Assert.Equal(weights.Length, seen.GetProperty("weights").GetInt32());
        // Its scan does not look into directories of a snapshot.
        Assert.Equal([$"model lab/tiny {commit} 1,main {import.Claim.Files - 1} {import.Claim.Bytes - "fine\n".Length}"], List("cached"));
        Assert.Equal(["output_norm.weight"], List("gguf"));
        Assert.Equal(["1", "2"], List("ids"));
        Assert.Equal(("404", "404", "403", "404"), (Text("noRevision"), Text("noRepository"), Text("outside"), Text("written")));

        string? Text(string name) => seen.GetProperty(name).GetString();

        IEnumerable<string> List(string name) => seen.GetProperty(name).EnumerateArray().Select(item => item.ToString());
    }
}
