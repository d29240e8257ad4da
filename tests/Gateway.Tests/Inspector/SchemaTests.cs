using System.Text;
using Gateway.Core.Inspection;
using Gateway.Core.Manifests;
using Gateway.Inspector.Schemas;
using Gateway.Tests.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Inspector;

/// <summary>JSONL against a schema: what it finds, what a schema may not hold, and that both sides find the same.</summary>
public sealed class SchemaTests : IDisposable
{
    private const string Rows =
        """
        {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["text"],"additionalProperties":false,
        "properties":{"text":{"type":"string","minLength":1},"label":{"$ref":"#/$defs/label"},"parts":{"type":"array","items":{"type":"integer"}}},
        "$defs":{"label":{"enum":["good","bad"]}}}
        """;

    private readonly WorkerSides sides = new();

    public void Dispose() => sides.Dispose();

    [Theory]
    [InlineData("""{"text":"a"}""", null)]
    [InlineData("""{"text":"a","label":"bad","parts":[1,2.0]}""", null)]
    [InlineData("""{"text":""}""", "at \"/text\", by \"minLength\"")]
    [InlineData("""{"label":"good"}""", "at \"\", by \"required\"")]
    [InlineData("""{"text":"a","label":"secret value"}""", "at \"/label\", by \"enum\"")]
    [InlineData("""{"text":"a","parts":[1,"x",null]}""", "at \"/parts/1\", by \"type\"")]
    [InlineData("""{"text":"a","m\u0000re":1}""", "at \"/m\\u{0}re\", by \"false\"")]
    [InlineData("[]", "at \"\", by \"type\"")]
    public void A_line_satisfies_it_or_the_first_place_by_name_is_told_without_its_value(string line, string? fault)
    {
        var found = Read(Rows).Fault(Encoding.UTF8.GetBytes(line));
        Assert.Equal(fault, found);
        Assert.DoesNotContain("secret", found ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "it is no JSON object")]
    [InlineData("true", "it is no JSON object")]
    [InlineData("{", "it is no JSON")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "its $schema is not")]
    [InlineData("""{"$ref":"https://example.org/other.json"}""", "$ref leads out of the document")]
    [InlineData("""{"properties":{"a":{"items":{"$ref":"other.json"}}}}""", "$ref leads out of the document")]
    [InlineData("""{"allOf":[{"$dynamicRef":"file:///etc/passwd"}]}""", "$dynamicRef leads out of the document")]
    [InlineData("""{"$defs":{"a":{"$id":"https://json-schema.org/draft/2020-12/schema"}}}""", "$id below its root")]
    [InlineData("""{"properties":{"a":{"pattern":"(a+)+$"}}}""", "pattern: regular expressions are not evaluated")]
    [InlineData("""{"patternProperties":{"(a+)+$":true}}""", "patternProperties: regular expressions are not evaluated")]
    [InlineData("""{"default":{"pattern":"hidden in what is data here"}}""", "pattern: regular expressions are not evaluated")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "it is no JSON Schema, or refers to what it does not hold")]
    [InlineData("""{"$ref":"#"}""", "it is no JSON Schema, or refers to what it does not hold")]
    [InlineData("""{"type":7}""", "it is no JSON Schema, or refers to what it does not hold")]
    public void What_a_schema_may_not_hold(string schema, string expected)
    {
        Assert.Null(LineSchema.Read(Encoding.UTF8.GetBytes(schema), out var fault));
        Assert.StartsWith(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_that_nests_deeper_than_JSON_may_is_not_read() =>
        Assert.Null(LineSchema.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"not\":", 65)) + "true" + new string('}', 65)), out _));

    /// <summary>Words that are keywords elsewhere may name properties, where their values are schemas.</summary>
    [Fact]
    public void Properties_may_be_called_as_keywords_are() =>
        Assert.Null(Read("""{"properties":{"pattern":{"type":"string"},"$ref":{"type":"string"}}}""").Fault("""{"pattern":"x","$ref":"y"}"""u8.ToArray()));

    [Fact]
    public async Task What_satisfies_it_is_reported_alike_on_both_sides_and_names_the_schema()
    {
        var (manifest, files) = Artifact("{\"text\":\"a\"}\r\n{\"text\":\"b\",\"label\":\"good\"}");
        var low = WorkerSides.Value(await sides.LowAsync(manifest, files));
        Assert.Null(low.RefusalFor(manifest));
        Assert.Contains(new SummaryEntry("schema", $"\"schema.json\", SHA-256 {manifest.Files[1].Digest.Hex}"), low.Files[0].Summary);
        Assert.Contains("schema of values", low.NotChecked);
        Assert.Equal(WorkerSides.Value(await sides.HighAsync(manifest, files)).ToPayload(), low.ToPayload());
    }

    [Fact]
    public async Task A_line_that_does_not_satisfy_it_is_refused_alike_on_both_sides_with_its_place()
    {
        // Longer than what is read at a time, in lines that are, too.
        var long1 = $"{{\"text\":\"{new string('x', 700_000)}\"}}\n";
        var (manifest, files) = Artifact($"{long1}{long1}{{\"text\":7}}\n");
        var low = WorkerSides.Value(await sides.LowAsync(manifest, files));
        var finding = Assert.Single(low.Files[0].Findings);
        Assert.Equal(
            new Finding("SCHEMA_MISMATCH", Severity.Refused, 2 * long1.Length, "line 3 does not satisfy \"schema.json\": at \"/text\", by \"type\""), finding);
        Assert.Equal(RefusalCode(low, manifest), Gateway.Core.RefusalCode.SchemaMismatch);
        Assert.Equal(WorkerSides.Value(await sides.HighAsync(manifest, files)).ToPayload(), low.ToPayload());
    }

    /// <summary>Of the densest line: the low side has more memory than the high side, and must not accept what that cannot evaluate.</summary>
    [Fact]
    public async Task Lines_are_held_against_it_up_to_a_length_that_both_sides_have_memory_for()
    {
        const int most = 1 << 20;
        const string before = """{"text":"a","parts":[""";
        var fits = $"{before}{string.Concat(Enumerable.Repeat("1,", (most - before.Length - 3) / 2))}1]}}";
        Assert.InRange(fits.Length, most - 2, most);
        var (manifest, files) = Artifact($"{fits}\n");
        Assert.Null(WorkerSides.Value(await sides.HighAsync(manifest, files)).RefusalFor(manifest));
        (manifest, files) = Artifact($"{fits}{new string(' ', 3)}\n");
        var finding = Assert.Single(WorkerSides.Value(await sides.LowAsync(manifest, files)).Files[0].Findings);
        Assert.Equal("line 1 does not satisfy \"schema.json\": it is longer than 1,048,576 bytes", finding.Message);
    }

    [Fact]
    public async Task A_schema_that_cannot_be_used_refuses_the_file()
    {
        var (manifest, files) = Artifact("{}\n", """{"$ref":"https://example.org/x"}""");
        var low = WorkerSides.Value(await sides.LowAsync(manifest, files));
        Assert.Equal("its schema \"schema.json\" cannot be used: $ref leads out of the document", Assert.Single(low.Files[0].Findings).Message);
    }

    [Fact]
    public void Values_whose_schema_was_checked_are_not_listed_as_unchecked()
    {
        var artifact = new ArtifactInspector(ArtifactKind.Dataset);
        artifact.Add(Inspected.File("rows.jsonl", "{}\n"u8) with { FollowsSchema = true }, "jsonl");
        Assert.DoesNotContain("schema of values", artifact.Complete().NotChecked);
    }

    private static Gateway.Core.RefusalCode? RefusalCode(InspectionReport report, Manifest manifest) => report.RefusalFor(manifest)?.Code;

    private static LineSchema Read(string schema) =>
        LineSchema.Read(Encoding.UTF8.GetBytes(schema), out var fault) ?? throw new InvalidOperationException(fault);

    private static (Manifest Manifest, (string, byte[])[] Files) Artifact(string lines, string schema = Rows)
    {
        (string Path, byte[] Content)[] files = [("rows.jsonl", Encoding.UTF8.GetBytes(lines)), ("schema.json", Encoding.UTF8.GetBytes(schema))];
        var entries = files.Select(f => WorkerSides.Entry(f.Path, f.Content)).ToArray();
        entries[0] = entries[0] with { Schema = entries[1].Path };
        return (WorkerSides.Manifest(entries), files);
    }
}
