using System.Text;
using System.Text.Json;
using Gateway.Core;
using Gateway.Core.Policy;
using Gateway.Tests.Rules;
using Xunit;

namespace Gateway.Tests.Core.Policy;

public sealed class PolicyBundleTests
{
    public static TheoryData<string> Vectors => [.. Directory.EnumerateFiles(VectorDirectory, "*.json").Select(f => Path.GetFileName(f))];

    private static string VectorDirectory => Path.Combine(Repository.Root, "tests", "vectors", "policy");

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_digest_is_that_of_the_vector(string file)
    {
        using var vector = JsonDocument.Parse(File.ReadAllText(Path.Combine(VectorDirectory, file)));
        var files = vector.RootElement.GetProperty("files").EnumerateObject()
            .ToDictionary(f => f.Name, f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f.Value.GetString()!));

        var bundle = EngineFixture.Taken(PolicyBundle.Open(files));

        Assert.Equal(vector.RootElement.GetProperty("sha256").GetString(), bundle.Digest.Hex);
    }

    [Fact]
    public void The_digest_covers_every_file_and_every_name()
    {
        var text = new BundleText();
        var digests = new HashSet<Digest> { text.Open().Digest };
        foreach (var path in text.Files().Keys)
        {
            var files = text.Files();
            files[path] = new byte[] { (byte)' ' }.Concat(files[path].ToArray()).ToArray();
            Assert.True(digests.Add(EngineFixture.Taken(PolicyBundle.Open(files)).Digest), path);
        }

        var renamed = text.Files();
        renamed.Remove("rules.cedar", out var rules);
        renamed["other.cedar"] = rules;
        Assert.True(digests.Add(EngineFixture.Taken(PolicyBundle.Open(renamed)).Digest));
    }

    [Theory]
    [InlineData("""{"name":"x","version":0}""")]
    [InlineData("""{"name":"x","version":-1}""")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":"","version":1}""")]
    [InlineData("""{"name":"../x","version":1}""")]
    [InlineData("""{"name":"x","version":1,"shadow":true}""")]
    [InlineData("""{"name":"x","name":"y","version":1}""")]
    [InlineData("""{"name":null,"version":1}""")]
    [InlineData("null")]
    [InlineData("")]
    public void A_description_that_is_not_exactly_name_and_version_is_refused(string description) =>
        AssertInvalid(new BundleText { Description = description }.Files());

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("[null]")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    public void A_file_of_cases_that_is_no_list_of_cases_is_refused(string cases) =>
        AssertInvalid(new BundleText { Cases = cases }.Files());

    [Theory]
    [InlineData("\"approvals\":1,\"approvers\":[]", "deny")]
    [InlineData("\"approvals\":-1", "deny")]
    [InlineData("\"approvals\":null", "deny")]
    [InlineData("\"approvals\":1", "maybe")]
    [InlineData("\"approvers\":[null]", "deny")]
    public void A_case_says_either_approvals_or_approvers_and_what_is_expected(string approvals, string decision) =>
        AssertInvalid(new BundleText { Cases = $"[{BundleText.CaseOf("odd", approvals, decision)}]" }.Files());

    [Theory]
    [InlineData("README.md")]
    [InlineData("../rules.cedar")]
    [InlineData("/etc/rules.cedar")]
    [InlineData("sub/rules.cedar")]
    [InlineData(".rules.cedar")]
    [InlineData("cases/sub/more.json")]
    [InlineData("rules.cedar\n")]
    public void A_file_that_has_no_place_in_a_bundle_is_refused(string path)
    {
        var files = new BundleText().Files();
        files[path] = "x"u8.ToArray();
        AssertInvalid(files);
    }

    [Theory]
    [InlineData("bundle.json")]
    [InlineData("schema.cedarschema")]
    [InlineData("cases/cases.json")]
    public void A_bundle_without_one_of_its_parts_is_refused(string path)
    {
        var files = new BundleText().Files();
        files.Remove(path);
        AssertInvalid(files);
    }

    [Fact]
    public void Rules_that_are_not_UTF_8_are_refused()
    {
        var files = new BundleText().Files();
        files["rules.cedar"] = new byte[] { 0xC3, 0x28 };
        AssertInvalid(files);
    }

    [Fact]
    public void Sizes_and_counts_are_limited()
    {
        var large = new BundleText().Files();
        large["rules.cedar"] = new byte[PolicyLimits.FileBytes + 1];
        AssertInvalid(large);

        var many = new BundleText().Files();
        for (var i = 0; many.Count <= PolicyLimits.Files; i++)
        {
            many[$"rules{i}.cedar"] = ReadOnlyMemory<byte>.Empty;
        }

        AssertInvalid(many);
        AssertInvalid(PolicyBundle.Read(many.Select(f => new PolicySource(f.Key, () => new MemoryStream(f.Value.ToArray())))));
    }

    [Fact]
    public void A_file_without_end_is_read_up_to_the_limit_only()
    {
        using var endless = new EndlessStream();
        AssertInvalid(PolicyBundle.Read([new PolicySource("rules.cedar", () => endless)]));
        Assert.InRange(endless.Delivered, 1, PolicyLimits.FileBytes + 1);
    }

    private static void AssertInvalid(Dictionary<string, ReadOnlyMemory<byte>> files) => AssertInvalid(PolicyBundle.Open(files));

    private static void AssertInvalid(Outcome<PolicyBundle> outcome) => Assert.Equal(RefusalCode.PolicyInvalid, outcome.Refusal?.Code);

    private sealed class EndlessStream : MemoryStream
    {
        public long Delivered { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            buffer.Clear();
            Delivered += buffer.Length;
            return buffer.Length;
        }
    }
}
