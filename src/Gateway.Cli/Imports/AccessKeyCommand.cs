using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports;

/// <summary><c>gateway imports key create | list | revoke</c>: keys with which programs read over HTTP.</summary>
internal static class AccessKeyCommand
{
    private const string Collection = "accessKeys/";

    public static Command Create(CommandEnvironment environment) => new("key", "Access keys for programs that read over HTTP: hub clients, S3 clients, registries.")
    {
        Make(environment), List(environment), Revoke(environment),
    };

    private static Command Make(CommandEnvironment environment)
    {
        var label = new Option<string>("--label") { Description = "What to call it, e.g. the job that will use it.", Required = true, HelpName = "NAME" };
        var scope = new Option<string[]>("--scope") { Description = "What it is for: org/name, org/* or */*; may be given again.", Required = true, HelpName = "PATTERN" };
        var days = new Option<int>("--days") { Description = "Days until it expires, at most 366; 90 where left out.", HelpName = "N" };
        return new Command("create", "Makes a key and prints its secret, once.") { label, scope, days, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var request = new CreateAccessKeyRequest
                {
                    Label = result.GetRequiredValue(label),
                    Scopes = { result.GetRequiredValue(scope) },
                    Days = result.GetValue(days),
                    RequestId = Guid.NewGuid().ToString(),
                };
                var made = await new AccessService.AccessServiceClient(channel).CreateAccessKeyAsync(request, cancellationToken: cancel);
                AccessKeyScreen.Made(environment.Screen, made, result.WantsJson());
                return ExitCode.Done;
            });
    }

    private static Command List(CommandEnvironment environment) =>
        new Command("list", "Lists keys, without their secrets.") { InvocationOptions.Context(), InvocationOptions.Json() }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var service = new AccessService.AccessServiceClient(channel);
            var keys = await Pages.All(
                async token =>
                {
                    var page = await service.ListAccessKeysAsync(new ListAccessKeysRequest { PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                    return ((IEnumerable<AccessKey>)page.AccessKeys, page.NextPageToken);
                },
                cancel).ToListAsync(cancel);
            AccessKeyScreen.List(environment.Screen, keys, result.WantsJson());
            return ExitCode.Done;
        });

    private static Command Revoke(CommandEnvironment environment)
    {
        var id = InvocationOptions.Id("The key's id.");
        return new Command("revoke", "Takes a key back, for good.") { id, InvocationOptions.Context(), InvocationOptions.Json() }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var key = await new AccessService.AccessServiceClient(channel).RevokeAccessKeyAsync(
                new RevokeAccessKeyRequest { Name = Collection + result.GetRequiredValue(id) }, cancellationToken: cancel);
            AccessKeyScreen.List(environment.Screen, [key], result.WantsJson());
            return ExitCode.Done;
        });
    }
}
