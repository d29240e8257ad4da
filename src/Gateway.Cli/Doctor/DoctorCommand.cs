using System.CommandLine;
using Gateway.Cli.Contexts;
using Gateway.Cli.Services;
using Gateway.Cli.Terminal;
using Gateway.Core;

namespace Gateway.Cli.Doctor;

/// <summary><c>gateway doctor</c>: what commonly goes wrong on either side, looked at in one go.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandEnvironment environment)
    {
        var file = new Option<string[]>("--config") { Description = "Configuration file of a service on this machine; may be repeated.", DefaultValueFactory = _ => [], HelpName = "FILE" };
        return new Command("doctor", "Checks certificates, trust root, policy, disk, receive buffer, clock and services; exits 1 where something fails.")
        {
            file, InvocationOptions.Context(), InvocationOptions.Json(),
        }.Runs(environment, async (result, cancel) =>
        {
            var found = new List<Examination> { MachineExaminations.Clock() };
            var files = result.GetValue(file) ?? [];
            foreach (var configuration in files)
            {
                found.AddRange(ConfigurationExaminations.Run(configuration, environment.Time));
            }

            foreach (var context in Contexts(environment, result.GetValue<string?>("--context"), required: files.Length == 0))
            {
                found.AddRange(await ContextExaminations.RunAsync(context, environment.Time, cancel));
            }

            Print(environment.Screen, found, result.WantsJson());
            var failed = found.Count(e => e.Status == ExaminationStatus.Failed);
            return failed == 0 ? ExitCode.Done : throw CommandStop.Refused(RefusalCode.ConfigurationInvalid, $"{failed} of {found.Count} checks failed");
        });
    }

    /// <summary>The named context, or all; a service's machine has none and needs none.</summary>
    private static IReadOnlyList<GatewayContext> Contexts(CommandEnvironment environment, string? named, bool required) => named is not null
        ? [ContextsFile.Read(environment, named)]
        : required || File.Exists(ContextsFile.Locate(environment)) ? ContextsFile.ReadAll(environment) : [];

    private static void Print(Screen screen, IReadOnlyList<Examination> found, bool json)
    {
        if (json)
        {
            screen.Document(
                new DoctorDocument([.. found.Select(e => new ExaminationView(e.Subject, e.Check, Words.Of(e.Status), e.Detail))]),
                CliJson.Default.DoctorDocument);
            return;
        }

        screen.Table(
            ["STATUS", "SUBJECT", "CHECK", "DETAIL"],
            found.Select(e => (IReadOnlyList<string>)[Words.Of(e.Status), e.Subject, e.Check, e.Detail]));
    }
}

/// <summary>What <c>gateway doctor --json</c> prints; status is OK, WARNING, FAILED or NOT_CHECKED.</summary>
internal sealed record DoctorDocument(IReadOnlyList<ExaminationView> Checks);

/// <summary>One check as JSON.</summary>
internal sealed record ExaminationView(string Subject, string Check, string Status, string Detail);
