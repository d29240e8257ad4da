using Gateway.Core;
using Gateway.Core.Wire;
using Gateway.High;
using Gateway.Hosting.Configuration;
using Gateway.Low;
using Xunit;

namespace Gateway.Tests.Rules;

/// <summary>The files in deploy/config are what a site begins with.</summary>
public sealed class SampleConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void Samples_of_both_sides_are_right_once_what_they_name_is_there_and_mean_the_same_lane()
    {
        foreach (var name in new[] { "low.crt.pem", "low.key.pem", "high.crt.pem", "high.key.pem", "clients.pem", "root.dsse.json", "low.signing.pem", "low.passphrase" })
        {
            directory.Write(name, "");
        }

        Directory.CreateDirectory(directory["policy"]);
        File.SetUnixFileMode(directory.Write("lane-1.key", LaneKey.Generate().ToText()), UnixFileMode.UserRead);

        var low = Value(LowConfiguration.Read(Sample("low.json")));
        var high = Value(ConfigurationFile.Read(Sample("high.json"), HighConfigurationJson.Default.HighConfiguration, c => c.Check()));

        Assert.Equal([high.Enclave], low.Destinations);
        Assert.Equal((low.Lanes[0].Id, low.Lanes[0].Key), (high.Lanes[0].Id, high.Lanes[0].Keys![0]));
        Assert.Equal(low.Lanes[0].Targets, high.Lanes[0].Listen);
    }

    private string Sample(string name) => directory.Write(
        name,
        File.ReadAllText(Path.Combine(Repository.Root, "deploy", "config", name))
            .Replace("/etc/gateway/", "", StringComparison.Ordinal).Replace("/var/lib/gateway", "store", StringComparison.Ordinal));

    private static T Value<T>(Outcome<T> outcome)
        where T : notnull
    {
        Assert.True(outcome.Succeeded(out var value, out var refusal), $"{refusal}");
        return value;
    }
}
