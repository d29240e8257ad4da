using Gateway.Core;
using Gateway.Hosting.Configuration;
using Xunit;

namespace Gateway.Tests.Hosting;

public sealed class ConfigurationFileTests : IDisposable
{
    private static readonly string Sha256 = Digest.Of([1]).Hex;

    private readonly TemporaryDirectory directory = new();

    public ConfigurationFileTests() => directory.Write("root.dsse.json", "{}");

    private static string Valid =>
        $$$"""
        {"listen":"127.0.0.1:7443","trustRoot":{"file":"root.dsse.json","sha256":"{{{Sha256}}}"},
         "lanes":[{"id":"lane-1"}],"destinations":["enclave-a"],"storage":{"root":"data"}}
        """;

    [Fact]
    public void A_valid_file_becomes_a_record_with_defaults_and_absolute_paths()
    {
        Assert.True(Read(Valid).Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal(7443, configuration.Listen.Port);
        Assert.Equal(directory["root.dsse.json"], configuration.TrustRoot.File);
        Assert.Equal(directory["data"], configuration.Storage.Root);
        Assert.Equal(1L << 30, configuration.Storage.MinimumFreeBytes);
        Assert.False(configuration.TrustRoot.AllowDevelopment);
        Assert.Equal(5, configuration.Lanes[0].Symbols);
        Assert.Null(configuration.Telemetry);
    }

    [Fact]
    public void Every_error_is_reported_at_once_with_its_way_out()
    {
        var refusal = RefusalOf(
            """
            {"listen":"localhost:7443","trustRoot":{"file":"missing","sha256":"ABC","allowDevelopment":"yes","extra":1},
             "lanes":[{"id":"Lane 1","symbols":11},{"id":"lane-2","symbols":"many"},{}],"destinations":["enclave-a","ENCLAVE"],
             "storage":{"root":"data","minimumFreeBytes":5},"telemetry":{"otlpEndpoint":"collector:4317"},"Listen":"127.0.0.1:1"}
            """);
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal.Code);
        string[] expected =
        [
            "Listen: is not a key; known here: listen, trustRoot, lanes, destinations, storage, telemetry",
            "listen: is \"localhost:7443\"; must be a numeric address and port in quotes",
            "trustRoot.extra: is not a key; known here: file, sha256, allowDevelopment",
            "trustRoot.file: there is no file " + directory["missing"],
            "trustRoot.sha256: is \"ABC\"; must be a SHA-256 digest",
            "trustRoot.allowDevelopment: is \"yes\"; must be true or false",
            "lanes: has 3 items; give 1 to 2 (a test)",
            "lanes[0].id: is \"Lane 1\"; use lower-case letters, digits and inner hyphens",
            "lanes[0].symbols: is 11; give 1 to 10 symbols (a test)",
            "lanes[1].symbols: is \"many\"; must be a whole number",
            "lanes[2].id: is missing; add it",
            "destinations[1]: is \"ENCLAVE\"; use lower-case letters",
            "storage.minimumFreeBytes: is 5; give 67108864 to 1125899906842624 bytes (the catalog and its log need room when all else is full)",
            "telemetry.otlpEndpoint: is \"collector:4317\"; give an address that begins with http:// or https://",
        ];
        Assert.All(expected, line => Assert.Contains(line, refusal.Detail, StringComparison.Ordinal));
        Assert.Equal(expected.Length, refusal.Detail.Split("; ").Count(part => Array.Exists(expected, line => part.Contains(line.Split(':')[0] + ": ", StringComparison.Ordinal))));
    }

    [Fact]
    public void Checks_between_options_join_the_checks_on_one()
    {
        var refusal = RefusalOf(
            Valid.Replace("\"storage\":{\"root\":\"data\"}", "\"storage\":{\"root\":\"data\",\"minimumFreeBytes\":5}", StringComparison.Ordinal),
            new ConfigurationError("lanes", "two lanes have the id lane-1; give each its own"));
        Assert.Contains("storage.minimumFreeBytes: is 5", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("lanes: two lanes have the id lane-1", refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"listen":null}""")]
    [InlineData("""{"listen":"127.0.0.1:1","listen":"127.0.0.1:2"}""")]
    [InlineData("// comment\n{}")]
    [InlineData("""{"lanes":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"lanes":{"id":"x"}}""")]
    public void What_is_not_the_expected_shape_is_refused(string text) =>
        Assert.Equal(RefusalCode.ConfigurationInvalid, RefusalOf(text).Code);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("127.0.0.1:07443")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("example.org:443")]
    public void An_address_needs_its_port_and_no_resolver(string listen) =>
        Assert.Contains("listen: is", RefusalOf(Valid.Replace("127.0.0.1:7443", listen, StringComparison.Ordinal)).Detail, StringComparison.Ordinal);

    [Fact]
    public void A_file_beyond_the_limit_is_not_read()
    {
        using (var file = File.Create(directory["big.json"]))
        {
            file.SetLength(ConfigurationFile.MaximumBytes + 1);
        }

        Assert.False(ConfigurationFile.Read(directory["big.json"], SampleJson.Default.SampleConfiguration, _ => []).Succeeded(out _, out var refusal));
        Assert.Contains("at most 1048576 are read", refusal.Detail, StringComparison.Ordinal);
    }

    public void Dispose() => directory.Dispose();

    private Outcome<SampleConfiguration> Read(string text, params ConfigurationError[] between) =>
        ConfigurationFile.Read(directory.Write("service.json", text), SampleJson.Default.SampleConfiguration, _ => between);

    private Refusal RefusalOf(string text, params ConfigurationError[] between)
    {
        Assert.False(Read(text, between).Succeeded(out _, out var refusal));
        return refusal;
    }
}
