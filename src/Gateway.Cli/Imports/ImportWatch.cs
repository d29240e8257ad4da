using System.Text.Json;
using Gateway.Cli.Services;
using Gateway.Protocol.High.V1;
using Grpc.Core;

namespace Gateway.Cli.Imports;

/// <summary>Follows events over breaks of the connection and hands them on.</summary>
internal sealed class ImportWatch(
    CommandEnvironment environment, ImportService.ImportServiceClient service, string? consumer, string[] command, bool json)
{
    public async Task RunAsync(string cursor, CancellationToken cancel)
    {
        var connected = false;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var events = service.WatchImports(new WatchImportsRequest { Cursor = cursor }, cancellationToken: cancel);
                // The service answers at once, with events or without: from here on, what breaks is an outage and not a wrong address.
                await events.ResponseHeadersAsync;
                connected = true;
                attempt = 0;
                await foreach (var happened in events.ResponseStream.ReadAllAsync(cancel))
                {
                    await TakeAsync(happened, cancel);
                    cursor = happened.Cursor;
                }
            }
            catch (RpcException e) when (connected && Outage.Is(e) && attempt < Outage.MaximumAttempts && !cancel.IsCancellationRequested)
            {
                if (attempt == 0)
                {
                    await environment.Error.WriteLineAsync($"connection lost; resuming after cursor {Terminal.SafeText.Of(cursor)}");
                }
            }

            await Outage.PauseAsync(attempt, environment.Time, cancel);
        }
    }

    private async Task TakeAsync(ImportEvent happened, CancellationToken cancel)
    {
        var import = happened.Import;
        var view = ImportView.Of(import);
        if (consumer is not null && import.AcknowledgedBy.Contains(consumer))
        {
            return;
        }

        if (json)
        {
            // Lines of JSON: a watch has no end at which one document could be closed.
            await environment.Out.WriteLineAsync(JsonSerializer.Serialize(
                new ImportEventView(happened.Cursor, happened.Time?.ToDateTimeOffset(), view), CliJsonLines.Default.ImportEventView));
        }
        else
        {
            environment.Screen.Line(
                $"{Words.Of(happened.Time)} {view.State} {view.Name}@{view.Version} {view.Refusal?.Code ?? view.Path} (cursor {happened.Cursor})");
        }

        await environment.Out.FlushAsync(cancel);
        if (command.Length > 0 && import.State == Import.Types.State.Published)
        {
            await ExecAsync(view, cancel);
        }
    }

    private async Task ExecAsync(ImportView import, CancellationToken cancel)
    {
        var argv = ImportExec.Fill(command, import);
        if (await ImportExec.RunAsync(argv, endsWithUs: false, cancel) is not 0 and var code)
        {
            throw CommandStop.Failed($"{argv[0]} ended with exit code {code} for {import.Name}@{import.Version}");
        }
    }
}
