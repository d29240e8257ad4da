using Gateway.Cli.Imports.Consumers;
using Gateway.Core;
using Gateway.Core.Manifests;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Rules;

/// <summary>What a rule does with an import. Done twice, it does no harm.</summary>
internal interface IRuleAction
{
    /// <summary>Null where it is done; also what it throws as <see cref="CommandStop"/> or <see cref="IOException"/> is a failure of this attempt.</summary>
    Task<DeliveryFailure?> RunAsync(Delivery delivery, CancellationToken cancel);
}

/// <summary>Runs a command: argv, without a shell.</summary>
internal sealed class ExecAction(IReadOnlyList<string> command) : IRuleAction
{
    public async Task<DeliveryFailure?> RunAsync(Delivery delivery, CancellationToken cancel)
    {
        var argv = ImportExec.Fill(command, ImportView.Of(delivery.Event.Import));
        return await ImportExec.RunAsync(argv, endsWithUs: true, cancel) is not 0 and var code
            ? new($"{argv[0]} ended with exit code {code}", Backoff.After(delivery.Attempt))
            : null;
    }
}

/// <summary>Where a rule puts an artifact: <c>org/name/version</c> in its destination.</summary>
internal static class RuleDestination
{
    /// <summary>The artifact's name by our own grammar: what a service says becomes no path unseen. Stops with <see cref="RefusalCode.NameInvalid"/>.</summary>
    public static ArtifactName ArtifactOf(Import import) =>
        ArtifactName.Parse((ArtifactKind)(int)import.Artifact.Kind, import.Artifact.Name, import.Artifact.Version).OrStop();

    /// <summary>The path, its parents made; and a hidden name beside it, so that the last step is a rename that shows all or nothing.</summary>
    public static (string Target, string Hidden) Prepare(string destination, ArtifactName artifact, string suffix)
    {
        var parent = Directory.CreateDirectory(Path.Combine(destination, artifact.FullName)).FullName;
        return (Path.Combine(parent, artifact.Version), Path.Combine(parent, $".{artifact.Version}.{suffix}"));
    }
}
