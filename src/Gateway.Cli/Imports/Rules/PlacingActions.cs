using Gateway.Cli.Files;
using Gateway.Cli.Imports.Consumers;
using Gateway.Core.Trust;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Rules;

/// <summary>Makes <c>org/name/version</c> a symbolic link to the published directory.</summary>
internal sealed class LinkAction(string destination, string storage) : IRuleAction
{
    public Task<DeliveryFailure?> RunAsync(Delivery delivery, CancellationToken cancel)
    {
        var artifact = RuleDestination.ArtifactOf(delivery.Event.Import);
        var published = Path.Combine(storage, "published", artifact.PublishedPath);
        return Task.FromResult(
            Directory.Exists(published)
                ? Place(artifact.Version, published, RuleDestination.Prepare(destination, artifact, $"{delivery.Id}.link"), delivery.Attempt)
                : new DeliveryFailure($"{published} is not there: is the storage mounted?", Backoff.After(delivery.Attempt)));
    }

    private static DeliveryFailure? Place(string version, string published, (string Target, string Hidden) place, int attempt)
    {
        var present = new FileInfo(place.Target);
        if (present.LinkTarget != published)
        {
            if (present.LinkTarget is null && (present.Exists || Directory.Exists(place.Target)))
            {
                return new($"{place.Target} is there and is no link: remove it, or let {version} be", Backoff.After(attempt));
            }

            // An attempt that was cut off may have left it.
            File.Delete(place.Hidden);
            File.CreateSymbolicLink(place.Hidden, published);
            FileSystem.Replace(place.Hidden, place.Target);
        }

        FileSystem.FlushDirectory(Path.GetDirectoryName(place.Target)!);
        return null;
    }
}

/// <summary>Makes <c>org/name/version</c> a copy, fetched and verified as <c>gateway imports pull</c> does.</summary>
internal sealed class CopyAction(CommandEnvironment environment, ImportService.ImportServiceClient service, TrustRoot root, string destination) : IRuleAction
{
    public async Task<DeliveryFailure?> RunAsync(Delivery delivery, CancellationToken cancel)
    {
        var artifact = RuleDestination.ArtifactOf(delivery.Event.Import);
        var (target, hidden) = RuleDestination.Prepare(destination, artifact, "copy");
        var documents = await VerifiedPull.RunAsync(environment, service, delivery.Event.Import, root, target, hidden, cancel);
        return documents.Manifest.Manifest.Artifact == artifact
            ? null
            : new($"{target} holds {documents.Manifest.Manifest.Artifact}, which is not what was announced", Backoff.After(delivery.Attempt));
    }
}
