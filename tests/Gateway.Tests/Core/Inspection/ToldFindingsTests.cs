using System.Text;
using Gateway.Core.Inspection;
using Xunit;

namespace Gateway.Tests.Core.Inspection;

/// <summary>What approvers read of files that are valid; the vectors say of which files.</summary>
public sealed class ToldFindingsTests
{
    [Fact]
    public void Every_code_that_verifiers_give_is_listed() =>
        Assert.Empty(
            InspectionVectors.All.SelectMany(v => Inspected.File(v.Case.Path, v.Case.Input).Findings).Where(f => f.Severity != Severity.Refused).Select(f => f.Code)
                .Except(FindingCodes.All));

    [Fact]
    public void Codes_are_listed_once_and_in_order() => Assert.Equal(FindingCodes.All.Distinct().Order(StringComparer.Ordinal), FindingCodes.All);

    [Fact]
    public void A_chat_template_is_shown_by_its_beginning_escaped_and_cut()
    {
        var template = "{{ \"\\u202e\" }}" + new string('x', 20_000);
        var finding = Told("tokenizer_config.json", $"{{\"chat_template\":\"{template.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"}}");
        Assert.Equal(("CHAT_TEMPLATE", Severity.Warning), (finding.Code, finding.Severity));
        Assert.Equal("chat_template is a Jinja template of 20,014 bytes, which a tokenizer runs", finding.Message);
        Assert.StartsWith("\"{{ \\u{22}\\u{5c}u202e\\u{22} }}xxx", finding.Evidence, StringComparison.Ordinal);
        Assert.InRange(finding.Evidence.Length, 80, 100);
    }

    [Fact]
    public void Of_chat_templates_by_name_the_templates_are_shown()
    {
        var finding = Told("tokenizer_config.json", """{"chat_template":[{"name":"default","template":"{{ a }}"},{"template":"{{ b }}","name":"tool"}]}""");
        Assert.Equal("\"{{ a }}\", \"{{ b }}\"", finding.Evidence);
        Assert.Contains("of 14 bytes", finding.Message, StringComparison.Ordinal);
        Assert.Equal("\"{{ a }}\"", Told("processor_config.json", """{"chat_template":{"name":"{{ a }}"}}""").Evidence);
    }

    [Fact]
    public void Code_that_a_configuration_names_is_shown()
    {
        Assert.Equal("\"a/b--modeling_x.X\", \"y.Y\"", Told("config.json", """{"auto_map":{"AutoModel":"a/b--modeling_x.X","AutoTokenizer":[null,"y.Y"]},"b":"c"}""").Evidence);
        Assert.Equal("\"pair.PairPipeline\", \"AutoModel\"", Told("config.json", """{"custom_pipelines":{"pair":{"impl":"pair.PairPipeline","pt":["AutoModel"]}}}""").Evidence);
        Assert.Equal("\"my_pipeline\", \"MyPipeline\"", Told("model_index.json", """{"_class_name":["my_pipeline","MyPipeline"],"a":["diffusers","B"]}""").Evidence);
        Assert.Equal("\"custom_st.Transformer\"", Told("modules.json", """[{"type":"sentence_transformers.A","name":"0"},{"type":"custom_st.Transformer"}]""").Evidence);
    }

    [Fact]
    public void Metadata_is_shown_by_its_first_strings_quoted_and_cut()
    {
        var members = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"k{i}\":\"<b>{new string('x', 200)}\""));
        var finding = Told("a.safetensors", SafetensorsFiles.Of($"{{\"__metadata__\":{{{members}}}}}", 0));
        Assert.Equal("strings of metadata: 20, with their names 4,110 bytes", finding.Message);
        Assert.StartsWith("\"k0\"=\"<b>xxx", finding.Evidence, StringComparison.Ordinal);
        Assert.EndsWith("...\", ...", finding.Evidence, StringComparison.Ordinal);
        Assert.Equal(8, finding.Evidence.Split("\"=\"").Length - 1);
    }

    [Fact]
    public void Metadata_is_shown_up_to_what_may_not_be_shown()
    {
        var findings = Inspected.File("a.safetensors", SafetensorsFiles.Of("""{"__metadata__":{"by":"Some One <some@one.org>","api_key":"wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLEKEY1"}}""", 0)).Findings;
        Assert.Equal("\"by\"=\"Some One <...\", \"api_key\"=(40 bytes)", findings[0].Evidence);
        Assert.Equal(["METADATA", "EMAIL_ADDRESSES", "KEYS"], findings.Select(f => f.Code));
    }

    [Fact]
    public void Unusual_types_are_told_together()
    {
        var finding = Told("a.safetensors", SafetensorsFiles.Of("""{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]},"b":{"dtype":"C64","shape":[0],"data_offsets":[1,1]},"c":{"dtype":"F4","shape":[0],"data_offsets":[1,1]}}""", 1));
        Assert.Equal("dtypes that few readers know: C64 x1, F4 x2", finding.Message);
    }

    [Theory]
    [InlineData(64 * 1024, 0, false)]
    [InlineData(64 * 1024 + 1, 0, true)]
    [InlineData(64 * 1024 + 1, 70_000, false)]
    [InlineData(16 * 1024 * 1024, 17_000_000, false)]
    [InlineData(16 * 1024 * 1024 + 1, 17_000_000, true)]
    public void A_header_is_large_by_itself_or_beside_its_file(int header, int body, bool isLarge)
    {
        var json = $"{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{body}],\"data_offsets\":[0,{body}]}}}}";
        var inspection = Inspected.File("a.safetensors", SafetensorsFiles.Of(json.PadRight(header), body));
        Assert.True(inspection.Accepted, inspection.Refusal?.ToString());
        Assert.Equal(isLarge ? ["LARGE_HEADER"] : [], inspection.Codes());
    }

    [Theory]
    [InlineData("LICENSE", "                 Apache License\n    Version 2.0, January 2004\n", "a licence that begins as Apache-2.0 does")]
    [InlineData("LICENSE", "Licensed under the Apache License, Version 2.0", "a licence that is not recognised")]
    [InlineData("COPYING", "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "a licence that begins as GPL-3.0 does")]
    [InlineData("COPYING", "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007", "a licence that begins as LGPL-3.0 does")]
    [InlineData("LICENSE.txt", "META LLAMA 3 COMMUNITY LICENSE AGREEMENT", "a licence that begins as Llama 3 Community License does")]
    [InlineData("LICENSE-CODE.md", "Permission is hereby granted", "a licence that is not recognised")]
    public void A_licence_is_told_by_its_beginning(string path, string text, string message)
    {
        var finding = Told(path, text);
        Assert.Equal(("LICENCE_FILE", Severity.Info, message), (finding.Code, finding.Severity, finding.Message));
    }

    private static Finding Told(string path, string content) => Told(path, Encoding.UTF8.GetBytes(content));

    private static Finding Told(string path, byte[] content) => Assert.Single(Inspected.File(path, content).Findings);
}
