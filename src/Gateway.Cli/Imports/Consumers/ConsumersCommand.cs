using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Imports.Consumers;

/// <summary><c>gateway imports consumers list | dead | redeliver | delete</c>.</summary>
internal static class ConsumersCommand
{
    public static Command Create(CommandEnvironment environment) => new("consumers", "Who takes imports over, and what went wrong with it.")
    {
        List(environment), Dead(environment), Redeliver(environment), Delete(environment),
    };

    private static Command List(CommandEnvironment environment) =>
        new Command("list", "Lists consumers in the order of their names.") { InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new ConsumerService.ConsumerServiceClient(channel);
                var consumers = await Pages.All(
                    async token =>
                    {
                        var page = await service.ListConsumersAsync(new() { PageSize = 100, PageToken = token }, cancellationToken: cancel);
                        return (page.Consumers.Select(ConsumerView.Of), page.NextPageToken);
                    },
                    cancel).ToListAsync(cancel);
                if (result.WantsJson())
                {
                    environment.Screen.Document(new ConsumersDocument(consumers), CliJson.Default.ConsumersDocument);
                }
                else
                {
                    ConsumerScreen.List(environment.Screen, consumers);
                }

                return ExitCode.Done;
            });

    private static Command Dead(CommandEnvironment environment)
    {
        var name = Name();
        return new Command("dead", "Lists the imports that a consumer failed to take over, and why.") { name, InvocationOptions.Context(), InvocationOptions.Json() }
            .Runs(environment, async (result, cancel) =>
            {
                using var channel = ServiceChannel.High(result.ContextOf(environment));
                var service = new ConsumerService.ConsumerServiceClient(channel);
                var letters = await DeadLettersAsync(service, result.GetRequiredValue(name), cancel);
                if (result.WantsJson())
                {
                    environment.Screen.Document(new DeadLettersDocument([.. letters.Select(DeadLetterView.Of)]), CliJson.Default.DeadLettersDocument);
                }
                else
                {
                    ConsumerScreen.List(environment.Screen, letters);
                }

                return ExitCode.Done;
            });
    }

    private static Command Redeliver(CommandEnvironment environment)
    {
        var name = Name();
        var import = new Argument<string?>("ID") { Description = "Import id; all dead letters without it.", Arity = ArgumentArity.ZeroOrOne };
        return new Command("redeliver", "Delivers dead letters again, their attempts counted anew.")
        {
            name, import, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var service = new ConsumerService.ConsumerServiceClient(channel);
            var consumer = result.GetRequiredValue(name);
            string[] imports = result.GetValue(import) is { } one
                ? [ResourceName.Import(one)]
                : [.. (await DeadLettersAsync(service, consumer, cancel)).Select(letter => letter.Import.Name)];
            foreach (var named in imports)
            {
                await service.RedeliverDeadLetterAsync(new() { Consumer = consumer, Import = named }, cancellationToken: cancel);
            }

            Report(environment, result, new(consumer, result.GetValue(import), "redelivered"), $"{imports.Length} delivered again to {consumer}");
            return ExitCode.Done;
        });
    }

    private static Command Delete(CommandEnvironment environment)
    {
        var name = Name();
        return new Command("delete", "Deletes a consumer with its place and its dead letters; what it acknowledged stays acknowledged.")
        {
            name, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var consumer = result.GetRequiredValue(name);
            await new ConsumerService.ConsumerServiceClient(channel).DeleteConsumerAsync(new() { Consumer = consumer }, cancellationToken: cancel);
            Report(environment, result, new(consumer, null, "deleted"), $"{consumer} deleted");
            return ExitCode.Done;
        });
    }

    private static Argument<string> Name() => new("CONSUMER") { Description = "Name of the consumer." };

    private static void Report(CommandEnvironment environment, ParseResult result, ConsumerChangeView view, string sentence)
    {
        if (result.WantsJson())
        {
            environment.Screen.Document(view, CliJson.Default.ConsumerChangeView);
        }
        else
        {
            environment.Screen.Line(sentence);
        }
    }

    private static async Task<List<DeadLetter>> DeadLettersAsync(ConsumerService.ConsumerServiceClient service, string consumer, CancellationToken cancel) =>
        await Pages.All(
            async token =>
            {
                var page = await service.ListDeadLettersAsync(new() { Consumer = consumer, PageSize = 1000, PageToken = token }, cancellationToken: cancel);
                return ((IEnumerable<DeadLetter>)page.DeadLetters, page.NextPageToken);
            },
            cancel).ToListAsync(cancel);
}
