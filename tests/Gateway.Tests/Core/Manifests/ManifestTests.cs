using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Tests.Core.Trust;
using Xunit;
using static Gateway.Tests.Core.Trust.TrustedSite;

namespace Gateway.Tests.Core.Manifests;

public sealed class ManifestTests
{
    private static readonly ArtifactName Name = Value(ArtifactName.Parse(ArtifactKind.Dataset, "org/data", "1"));

    private static readonly Gen<ManifestHead> Heads = Gen.Select(Texts(ManifestHead.MaximumPurposeLength, 1), Texts(60, 0), Texts(60, 0))
        .Where((purpose, _, _) => !string.IsNullOrWhiteSpace(purpose))
        .Select((purpose, licence, source) => new ManifestHead(Name, "internal", "alice", purpose, licence, source));

    [Fact]
    public void A_manifest_survives_its_payload() =>
        Gen.Select(Heads, Gen.Long[0, 1L << 50].Array[1, 20]).Sample((head, sizes) =>
        {
            var manifest = Value(Manifest.Create(head, sizes.Select((bytes, i) => Entry($"d{i % 3}/{i}.csv", bytes))));
            var payload = manifest.ToPayload();
            var read = Value(Manifest.Parse(payload));
            Assert.Equal(manifest.Head, read.Head);
            Assert.Equal(manifest.Files, read.Files);
            Assert.Equal(sizes.Sum(), read.TotalBytes);
            Assert.Equal(payload, read.ToPayload());
        });

    [Fact]
    public void The_canonical_form_is_the_one_of_the_vector()
    {
        var vector = Assert.Single(Vectors.Cases("trust/manifest.json"));
        var payload = Encoding.UTF8.GetBytes(vector.Text("payload"));
        Assert.Equal(vector.Text("sha256"), Digest.Of(payload).Hex);
        var manifest = Value(Manifest.Parse(payload));
        Assert.Equal(vector.Text("purpose"), manifest.Purpose);
        Assert.Equal(payload, manifest.ToPayload());
    }

    [Theory]
    [InlineData("\"class\":\"internal\"", "\"class\":\"internal\",\"class\":\"internal\"")]
    [InlineData("\"class\":\"internal\"", "\"class\":\"internal\",\"more\":1")]
    [InlineData("\"class\":\"internal\",", "")]
    [InlineData("\"class\":\"internal\"", "\"class\": \"internal\"")]
    [InlineData("\"class\":\"internal\"", "\"class\":\"\\u0069nternal\"")]
    [InlineData("\"class\":\"internal\"", "\"class\":null")]
    [InlineData("\"class\":\"internal\"", "\"Class\":\"internal\"")]
    [InlineData("\"bytes\":17", "\"bytes\":17.0")]
    [InlineData("\"bytes\":17", "\"bytes\":1.7e1")]
    [InlineData("\"bytes\":17", "\"bytes\":-17")]
    [InlineData("\"bytes\":17", "\"bytes\":18446744073709551616")]
    [InlineData("\"bytes\":17", "\"bytes\":\"17\"")]
    [InlineData("\"totalBytes\":4113", "\"totalBytes\":4112")]
    [InlineData("{\"bytes\":17,\"format\":\"json\"},", "")]
    [InlineData("{\"bytes\":17,\"format\":\"json\"},", "{\"bytes\":17,\"format\":\"json\"},{\"bytes\":17,\"format\":\"json\"},")]
    [InlineData("\"README.md\"", "\"zzz.md\"")]
    [InlineData("\"README.md\"", "\"config.json\"")]
    [InlineData("urn:gateway:manifest:v1", "urn:gateway:manifest:v2")]
    [InlineData("in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1")]
    [InlineData("\"evaluation\"", "\"\"")]
    [InlineData("\"evaluation\"", "\"a\\u001bb\"")]
    [InlineData("\"evaluation\"", "\"a\u202eb\"")]
    public void Another_spelling_or_schema_is_refused(string from, string to)
    {
        var text = Encoding.UTF8.GetString(TrustedSite.ManifestBy().ToPayload());
        var changed = text.Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Parse(Encoding.UTF8.GetBytes(changed))));
    }

    [Theory]
    [InlineData("\"README.md\"", "\"../README.md\"", RefusalCode.PathInvalid)]
    [InlineData("\"README.md\"", "\"CONFIG.JSON\"", RefusalCode.PathCollision)]
    [InlineData("\"org/llm\"", "\"org/../llm\"", RefusalCode.NameInvalid)]
    [InlineData("\"1.0\"", "\"current\"", RefusalCode.NameInvalid)]
    public void A_bad_path_or_name_keeps_its_own_code(string from, string to, RefusalCode expected)
    {
        var changed = Encoding.UTF8.GetString(TrustedSite.ManifestBy().ToPayload()).Replace(from, to, StringComparison.Ordinal);
        Assert.Equal(expected, CodeOf(Manifest.Parse(Encoding.UTF8.GetBytes(changed))));
    }

    [Fact]
    public void Mutated_manifests_never_throw_and_never_change_meaning_unnoticed() =>
        Gen.Select(Gen.Int[0, 5_000], Gen.Byte).Sample((place, value) =>
        {
            var payload = TrustedSite.ManifestBy().ToPayload();
            payload[place % payload.Length] = value;
            Assert.True(!Manifest.Parse(payload).Succeeded(out var read, out _) || payload.AsSpan().SequenceEqual(read.ToPayload()));
            Manifest.Parse(payload.AsMemory(0, place % payload.Length));
        });

    /// <summary>Where none is named, nothing is written: earlier documents keep their bytes.</summary>
    [Fact]
    public void A_schema_is_a_member_only_where_there_is_one()
    {
        var manifest = Value(Manifest.Create(Head, [Lines("a.jsonl", "s.json"), Lines("b.jsonl", null), Document("s.json", 2)]));
        var text = Encoding.UTF8.GetString(manifest.ToPayload());
        Assert.Contains("{\"bytes\":1,\"format\":\"jsonl\",\"schema\":\"s.json\"},{\"bytes\":1,\"format\":\"jsonl\"},{\"bytes\":2,\"format\":\"json\"}", text, StringComparison.Ordinal);
        Assert.Equal(manifest.Files, Value(Manifest.Parse(Encoding.UTF8.GetBytes(text))).Files);
        foreach (var other in (string[])["null", "\"\"", "\"../s.json\"", "\"t.json\"", "\"a.jsonl\"", "\"b.jsonl\"", "7", "\"s.json\",\"schema\":\"s.json\""])
        {
            Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Parse(Encoding.UTF8.GetBytes(text.Replace("\"schema\":\"s.json\"", $"\"schema\":{other}", StringComparison.Ordinal)))));
        }

        Assert.Equal(
            RefusalCode.DocumentInvalid,
            CodeOf(Manifest.Parse(Encoding.UTF8.GetBytes(text.Replace("\"format\":\"jsonl\",\"schema\":\"s.json\"", "\"schema\":\"s.json\",\"format\":\"jsonl\"", StringComparison.Ordinal)))));
    }

    [Fact]
    public void Only_lines_have_a_schema_and_it_is_a_small_document_of_the_artifact()
    {
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head, [Entry("a.csv", 1) with { Schema = Document("s.json", 1).Path }, Document("s.json", 1)])));
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head, [Lines("a.jsonl", "s.json"), Document("s.json", Manifest.MaximumSchemaBytes + 1)])));
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head, [Lines("a.jsonl", "s.json")])));
        Value(Manifest.Create(Head, [Lines("a.jsonl", "s.json"), Document("s.json", Manifest.MaximumSchemaBytes)]));
    }

    private static ManifestFile Lines(string path, string? schema) =>
        Entry(path, 1) with { Format = "jsonl", Schema = schema is null ? null : Value(ArtifactPath.Parse(schema)) };

    private static ManifestFile Document(string path, long bytes) => Entry(path, bytes) with { Format = "json" };

    [Fact]
    public void An_empty_artifact_and_too_many_files_are_refused()
    {
        Assert.Equal(RefusalCode.NoFiles, CodeOf(Manifest.Create(Head, [])));
        Assert.Equal(RefusalCode.TooManyFiles, CodeOf(Manifest.Create(Head, Enumerable.Range(0, Manifest.MaximumFiles + 1).Select(i => Entry($"{i}", 1)))));
        Assert.Equal(RefusalCode.TooLarge, CodeOf(Manifest.Create(Head, [Entry("a", long.MaxValue), Entry("b", 1)])));
        Assert.Equal(RefusalCode.PathCollision, CodeOf(Manifest.Create(Head, [Entry("a", 1), Entry("A", 1)])));
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head with { Purpose = " " }, [Entry("a", 1)])));
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head with { Submitter = "a b" }, [Entry("a", 1)])));
        Assert.Equal(RefusalCode.DocumentInvalid, CodeOf(Manifest.Create(Head, [Entry("a", -1)])));
    }

    /// <summary>The largest manifest that is allowed is read within memory of a few times its bytes.</summary>
    [Fact]
    public void The_most_files_are_read_in_bounded_memory()
    {
        var payload = Value(Manifest.Create(Head, Enumerable.Range(0, Manifest.MaximumFiles).Select(i => Entry($"shard/{i:d8}.jsonl", i)))).ToPayload();
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var manifest = Value(Manifest.Parse(payload));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Manifest.MaximumFiles, manifest.Files.Count);
        Assert.True(allocated < 10L * payload.Length, $"{allocated} bytes for {payload.Length}");
        TestContext.Current.SendDiagnosticMessage("{0}", $"{payload.Length} bytes, {allocated} allocated, {watch.ElapsedMilliseconds} ms");
    }

    private static ManifestHead Head => new(Name, "internal", "alice", "training", "", "");

    private static ManifestFile Entry(string path, long bytes) =>
        new(Value(ArtifactPath.Parse(path)), bytes, Digest.Of(Encoding.UTF8.GetBytes(path + bytes.ToString(CultureInfo.InvariantCulture))), "csv");

    private static Gen<string> Texts(int most, int least) =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char['a', 'z'], Gen.Int[0, 6].Select(i => "\"\\\n/é<+"[i])), least, Math.Min(most, 40)].Where(StatementText.IsPlain);
}
