using System.CommandLine;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Protocol.High.V1;

namespace Gateway.Cli.Repair;

/// <summary><c>gateway repair request</c>: what is missing on the high side, as codes.</summary>
internal static class RepairRequestCommand
{
    /// <summary>Groups of a code on one line: what an eye keeps apart, and within 80 columns.</summary>
    private const int GroupsPerLine = 10;

    public static Command Create(CommandEnvironment environment)
    {
        var lane = new Option<string?>("--lane") { Description = "Only this lane.", HelpName = "L" };
        var noQr = new Option<bool>("--no-qr") { Description = "Print no QR code; without a terminal none is printed anyway." };
        var png = new Option<string?>("--png") { Description = "Write the QR code to this file, which must not exist; needs --lane where several lanes miss something.", HelpName = "FILE" };
        return new Command("request", "Prints what is missing on the high side as codes to carry to the low side, which `gateway repair apply` takes.")
        {
            lane, noQr, png, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            using var channel = ServiceChannel.High(result.ContextOf(environment));
            var named = result.GetValue(lane);
            var response = await new RepairService.RepairServiceClient(channel).RequestRepairAsync(
                new RequestRepairRequest { Lane = named is null ? "" : ResourceName.Lane(named) }, cancellationToken: cancel);
            var codes = response.Repairs.Select(RepairCodeView.Of).ToList();
            if (result.GetValue(png) is { } file)
            {
                WritePng(file, codes);
            }

            if (result.WantsJson())
            {
                environment.Screen.Document(new RepairRequestDocument(codes), CliJson.Default.RepairRequestDocument);
            }
            else
            {
                Print(environment.Screen, codes, withQr: environment.OutIsTerminal && !result.GetValue(noQr));
            }

            return ExitCode.Done;
        });
    }

    private static void Print(Screen screen, List<RepairCodeView> codes, bool withQr)
    {
        if (codes.Count == 0)
        {
            screen.Line("nothing is missing");
        }

        foreach (var code in codes)
        {
            screen.Title($"repair code of {code.Lane}");
            screen.Line("");
            foreach (var groups in code.Code.Split('-').Chunk(GroupsPerLine))
            {
                screen.Line("  " + string.Join(' ', groups));
            }

            screen.Line("");
            if (withQr)
            {
                QrCode.Print(screen, code.Code);
            }

            screen.Facts(
                ("sessions", code.MissingSessions.Count == 0 ? null : $"{string.Join(", ", code.MissingSessions)} did not arrive"),
                ("on the low side", "gateway repair apply, followed by the code; case, spaces and hyphens do not matter"),
                ("vouched for", code.KeyId.Length == 0 ? "by nobody: this lane has no key" : $"by key {code.KeyId}"),
                ("more", code.More ? "is missing than one code holds: make another one when this one's blocks have arrived" : null));
            if (code.Imports.Count > 0)
            {
                screen.Table(
                    ["IMPORT", "ARTIFACT", "MISSING BLOCKS", "IN THE CODE", "SIZE"],
                    code.Imports.Select(i => (IReadOnlyList<string>)
                        [i.Id, i.Artifact, Screen.Number(i.MissingBlocks), Screen.Number(i.NamedBlocks), Screen.Size(i.NamedBytes)]));
            }
        }
    }

    private static void WritePng(string file, List<RepairCodeView> codes)
    {
        if (codes.Count != 1)
        {
            throw CommandStop.Usage(codes.Count == 0 ? "nothing is missing, so that there is nothing to write" : $"{codes.Count} lanes miss something: name one with --lane");
        }

        using var stream = new FileStream(file, FileMode.CreateNew);
        stream.Write(QrCode.Png(codes[0].Code));
    }
}

/// <summary>What <c>gateway repair request --json</c> prints.</summary>
internal sealed record RepairRequestDocument(IReadOnlyList<RepairCodeView> Codes);

/// <summary>One code as JSON.</summary>
internal sealed record RepairCodeView(
    string Lane, string Code, IReadOnlyList<ulong> MissingSessions, IReadOnlyList<IncompleteImportView> Imports, bool More, string KeyId)
{
    public static RepairCodeView Of(LaneRepair repair) => new(
        ResourceName.IdOf(repair.Lane), repair.Code, [.. repair.MissingSessions], [.. repair.Imports.Select(IncompleteImportView.Of)], repair.More, repair.KeyId);
}

/// <summary>An import that waits for blocks, as JSON.</summary>
internal sealed record IncompleteImportView(string Id, string Artifact, long MissingBlocks, long NamedBlocks, long NamedBytes)
{
    public static IncompleteImportView Of(IncompleteImport import) => new(
        ResourceName.IdOf(import.Import), $"{import.Artifact.Name}@{import.Artifact.Version}", import.MissingBlocks, import.NamedBlocks, import.NamedBytes);
}
