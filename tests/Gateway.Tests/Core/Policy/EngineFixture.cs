using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Core.Policy;

namespace Gateway.Tests.Core.Policy;

/// <summary>The engine as the build left it beside the tests, shared by the tests of a class.</summary>
public sealed class EngineFixture : IDisposable
{
    public static PolicyQuestion Question { get; } = new()
    {
        Submitter = "alice",
        Artifact = Taken(ArtifactName.Parse(ArtifactKind.Checkpoint, "acme/base", "1.0")),
        Destination = "enclave-a",
        Lane = "lane-1",
        Formats = new HashSet<string> { "safetensors", "json" },
        FindingCodes = new HashSet<string>(),
        Severities = new HashSet<string>(),
        Verifiers = new HashSet<string> { "safetensors/1", "json/1" },
        NotChecked = new HashSet<string> { "meaning of tensors" },
        Tensors = 2,
        Parameters = 500,
        Files = 2,
        Bytes = 1_000,
        Licence = "Apache-2.0",
    };

    public PolicyEngine Engine { get; } = Taken(PolicyEngine.Load(OpenBesideBinaries));

    public static FileStream? OpenBesideBinaries(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, PolicyEngine.DirectoryName, name);
        return File.Exists(path) ? File.OpenRead(path) : null;
    }

    public static T Taken<T>(Outcome<T> outcome)
        where T : notnull =>
        outcome.Succeeded(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.ToString());

    public void Dispose() => Engine.Dispose();
}
