using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Wire;
using Gateway.High;
using Gateway.Hosting.Configuration;
using Gateway.Storage.High;
using Xunit;

namespace Gateway.Tests.High;

public sealed class HighConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public HighConfigurationTests()
    {
        directory.Write("file.pem", "");
        Directory.CreateDirectory(directory["policy"]);
    }

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Complete_configuration_is_read()
    {
        var read = Read(Text("127.0.0.1:8443", "10.0.0.1:9000"));
        Assert.True(read.Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal(("enclave-a", "lane-1", 1), (configuration.Enclave, configuration.Lanes[0].Id, configuration.Verifications));
    }

    [Fact]
    public void Scrubbing_has_an_interval_and_a_rate_within_limits()
    {
        var text = Text("127.0.0.1:8443", "10.0.0.1:9000");
        var open = text.IndexOf('{', StringComparison.Ordinal) + 1;
        var read = Read(text.Insert(open, "\"scrub\":{\"intervalDays\":7},"));
        Assert.True(read.Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal((7, 64L << 20), (configuration.Scrub!.IntervalDays, configuration.Scrub.BytesPerSecond));
        var wrong = Read(text.Insert(open, "\"scrub\":{\"intervalDays\":0,\"bytesPerSecond\":1},")).Refusal!.Detail;
        Assert.All(new[] { "scrub.intervalDays", "scrub.bytesPerSecond" }, key => Assert.Contains(key, wrong, StringComparison.Ordinal));
    }

    [Fact]
    public void Rules_of_retention_are_read_in_their_order()
    {
        var read = Read(Retaining("""{"rules":[{"artifacts":"acme/*","kind":"checkpoint","keepLast":3},{"artifacts":"*/*","keepLast":10000,"keepUnacknowledged":false}]}"""));
        Assert.True(read.Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal(30, configuration.Retention!.RevokedDays);
        Assert.Equal(
            [new("acme/*", ArtifactKind.Checkpoint, 3, KeepUnacknowledged: true), new RetentionRule("*/*", null, 10_000, KeepUnacknowledged: false)],
            configuration.Retention.ToRules());
        Assert.Empty(new Gateway.High.Publish.RetentionOptions().ToRules());
    }

    [Fact]
    public void Every_error_of_the_rules_of_retention_is_named_at_once()
    {
        var detail = Read(Retaining(
            """
            {"revokedDays":0,"rules":[{"artifacts":"acme","keepLast":0},{"artifacts":"lab/*","kind":"model","keepLast":10001},
            {"artifacts":"org/*","keepLast":1},{"artifacts":"org/*","kind":"dataset","keepLast":2}]}
            """)).Refusal!.Detail;
        foreach (var error in new[]
        {
            "retention.revokedDays: is 0", "retention.rules[0].artifacts: is no org/name", "retention.rules[0].keepLast: is 0; give 1 to 10000 versions", "retention.rules[1].kind: is neither",
            "retention.rules[1].keepLast: is 10001", "retention.rules[3]: never counts: rules[2] fits the same artifacts",
        })
        {
            Assert.Contains(error, detail, StringComparison.Ordinal);
        }

        var missing = Read(Retaining("""{"rules":[{"keepLast":"many","keep":1}]}""")).Refusal!.Detail;
        Assert.All(
            new[] { "retention.rules[0].artifacts: is missing", "retention.rules[0].keepLast: ", "retention.rules[0].keep: is not a key" },
            error => Assert.Contains(error, missing, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10.0.0.1:8443")]
    [InlineData("0.0.0.0:8443")]
    [InlineData("[::]:8443")]
    public void Service_that_would_answer_on_the_lanes_interface_is_refused(string listen)
    {
        var refusal = Read(Text(listen, "10.0.0.1:9000")).Refusal;
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal?.Code);
        Assert.Contains("lane-1", refusal!.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.0.0.0:9000")]
    [InlineData("[::]:9000")]
    public void Lane_that_would_receive_on_every_interface_is_refused(string lane) =>
        Assert.Contains("lanes[0].listen[0]", Read(Text("127.0.0.1:8443", lane)).Refusal!.Detail, StringComparison.Ordinal);

    [Fact]
    public void Every_error_is_named_at_once()
    {
        var refusal = Read(Text("127.0.0.1:8443", "10.0.0.1:9000").Replace("\"udp\"", "\"tape\"", StringComparison.Ordinal)
            .Replace("enclave-a", "Enclave A", StringComparison.Ordinal).Replace("file.pem", "none.pem", StringComparison.Ordinal)).Refusal;
        foreach (var key in new[] { "lanes[0].kind", "enclave", "tls.certificate", "tls.key", "trustRoot.file" })
        {
            Assert.Contains(key, refusal!.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Readers_have_ports_of_their_own_away_from_the_lanes()
    {
        var text = Text("127.0.0.1:8443", "10.0.0.1:9000");
        var read = Read(With("""{"huggingFace":"127.0.0.1:8444","s3":"127.0.0.1:8445"}"""));
        Assert.True(read.Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal(["huggingFace 127.0.0.1:8444", "s3 127.0.0.1:8445"], configuration.Readers!.EndPoints.Select(reader => $"{reader.Protocol} {reader.Listen}"));
        var detail = Read(With("""{"huggingFace":"10.0.0.1:8444","s3":"127.0.0.1:8443"}""")).Refusal!.Detail;
        Assert.Contains("readers.huggingFace", detail, StringComparison.Ordinal);
        Assert.Contains("readers.s3", detail, StringComparison.Ordinal);
        Assert.Contains("ftp", Read(With("""{"ftp":"127.0.0.1:8445"}""")).Refusal!.Detail, StringComparison.Ordinal);

        string With(string readers) => $"{text.TrimEnd()[..^1]},\"readers\":{readers}}}";
    }

    [Fact]
    public void A_lane_of_files_has_a_directory_and_no_address()
    {
        Directory.CreateDirectory(directory["inbox"]);
        var text = Text("127.0.0.1:8443", "10.0.0.1:9000").Replace("\"udp\",\"listen\":[\"10.0.0.1:9000\"]", "\"folder\",\"directory\":\"inbox\"", StringComparison.Ordinal);
        Assert.True(Read(text).Succeeded(out var configuration, out var refusal), refusal?.ToString());
        Assert.Equal((directory["inbox"], false), (configuration.Lanes[0].Directory, configuration.Lanes[0].Delete));
    }

    [Fact]
    public void Every_error_of_a_lane_of_files_is_named_at_once()
    {
        Directory.CreateDirectory(directory["store/inbox"]);
        var refusal = Read(Text("127.0.0.1:8443", "10.0.0.1:9000").Replace(
            "\"udp\"", "\"folder\",\"directory\":\"store/inbox\",\"settleSeconds\":20,\"patienceSeconds\":10", StringComparison.Ordinal)).Refusal;
        foreach (var error in new[] { "lanes[0].listen", "lanes[0].patienceSeconds", "lanes[0].directory" })
        {
            Assert.Contains(error, refusal!.Detail, StringComparison.Ordinal);
        }

        var missing = Read(Text("127.0.0.1:8443", "10.0.0.1:9000").Replace("\"udp\"", "\"folder\"", StringComparison.Ordinal)).Refusal;
        Assert.Contains("lanes[0].directory: is missing", missing!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_of_a_lane_are_read_and_the_newest_flows_and_memory_with_them()
    {
        var (one, two) = (Key("one.key"), Key("two.key"));
        var read = Read(Lane($$""" "listen":["10.0.0.1:9000","10.0.0.1:9001"],"keys":["one.key","two.key"],"memoryBytes":536870912 """));
        Assert.True(read.Succeeded(out var configuration, out var refusal), refusal?.ToString());
        var lane = configuration.Lanes[0];
        Assert.True(lane.ReadKeys().Succeeded(out var keys, out _));
        Assert.Equal([one.IdFor("lane-1"), two.IdFor("lane-1")], keys.Select(k => k.IdFor("lane-1")));
        Assert.Equal((2, 512L << 20), (lane.Listen!.Count, lane.MemoryBytes));
    }

    [Theory]
    [InlineData(""" "listen":["10.0.0.1:9000"] """, "lanes[0].keys: is missing; make a key with `gateway lane key`")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"keys":["one.key"],"authentication":"none" """, "lanes[0].keys: stands beside")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"authentication":"maybe" """, "lanes[0].authentication: is maybe; leave it out and give keys, or write \"none\"")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"keys":["file.pem"] """, "lanes[0].keys[0]: ")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"keys":["open.key"] """, "is open to others; chmod 600 it")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"keys":["one.key","one.key"] """, "lanes[0].keys[1]: is the same key as one before it")]
    [InlineData(""" "listen":["10.0.0.1:9000","10.0.0.1:9000"],"authentication":"none" """, "lanes[0].listen[1]: 10.0.0.1:9000 is there twice")]
    [InlineData(""" "listen":[],"authentication":"none" """, "lanes[0].listen: has 0 items")]
    [InlineData(""" "listen":["10.0.0.1:9000"],"authentication":"none","memoryBytes":1 """, "lanes[0].memoryBytes: is 1; give 67108864 to 68719476736 bytes")]
    [InlineData(
        """ "listen":["10.0.0.1:9000"],"authentication":"none","memoryBytes":67108864 """,
        "lanes[0].receiveBufferBytes: is 67108864, more than half of memoryBytes, 67108864; lower it or raise memoryBytes")]
    public void A_lane_that_is_not_right_is_refused_with_the_way_out(string lane, string problem)
    {
        Key("one.key");
        File.SetUnixFileMode(directory.Write("open.key", LaneKey.Generate().ToText()), (UnixFileMode)0b110_100_100);
        var refusal = Read(Lane(lane)).Refusal;
        Assert.Equal(RefusalCode.ConfigurationInvalid, refusal?.Code);
        Assert.Contains(problem, refusal!.Detail, StringComparison.Ordinal);
    }

    private static string Retaining(string retention) => Text("127.0.0.1:8443", "10.0.0.1:9000").Insert(1, $"\"retention\":{retention},");

    private LaneKey Key(string file)
    {
        var key = LaneKey.Generate();
        File.SetUnixFileMode(directory.Write(file, key.ToText()), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return key;
    }

    private static string Lane(string options) =>
        Text("127.0.0.1:8443", "10.0.0.1:9000").Replace(""" "listen":["10.0.0.1:9000"],"authentication":"none" """.Trim(), options, StringComparison.Ordinal);

    private Outcome<HighConfiguration> Read(string json) =>
        ConfigurationFile.Read(directory.Write("high.json", json), HighConfigurationJson.Default.HighConfiguration, c => c.Check());

    private static string Text(string listen, string lane) =>
        $$"""
        {"listen":"{{listen}}","tls":{"certificate":"file.pem","key":"file.pem","clientAuthority":"file.pem"},"storage":{"root":"store"},
        "trustRoot":{"file":"file.pem","sha256":"{{new string('0', 64)}}"},"policy":{"directory":"policy","sha256":"{{new string('0', 64)}}"},
        "enclave":"enclave-a","lanes":[{"id":"lane-1","kind":"udp","listen":["{{lane}}"],"authentication":"none"}]}
        """;
}
