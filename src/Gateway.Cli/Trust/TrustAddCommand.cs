using System.CommandLine;
using Gateway.Cli.Signing;
using Gateway.Core.Trust;

namespace Gateway.Cli.Trust;

/// <summary><c>gateway trust add person | machine | class</c>: each edit keeps every rule, so that a fault shows where it is made.</summary>
internal static class TrustAddCommand
{
    public static Command Create(CommandEnvironment environment) => new("add", "Add somebody or a class to a draft.")
    {
        Person(environment), Machine(environment), Class(environment),
    };

    private static Command Person(CommandEnvironment environment)
    {
        var (draft, id, roles, keys) = (Draft(), Id("Id of the person."), Roles(), Keys());
        return new Command("person", "Add a person with their keys.") { draft, id, roles, keys, InvocationOptions.Json() }
            .Runs(environment, (result, _) => Edit(environment, result, draft, d => d.With(
                new TrustedPerson(result.GetRequiredValue(id), ReadRoles(result.GetValue(roles)), PublicKeyFile.ReadAll(result.GetValue(keys) ?? [])))));
    }

    private static Command Machine(CommandEnvironment environment)
    {
        var (draft, id, roles, keys) = (Draft(), Id("Id of the machine."), Roles(), Keys());
        var owner = new Option<string>("--owner") { Description = "Person who answers for it, listed already.", Required = true, HelpName = "ID" };
        return new Command("machine", "Add a machine: a gateway that inspects, a pipeline that submits or imports.") { draft, id, owner, roles, keys, InvocationOptions.Json() }
            .Runs(environment, (result, _) => Edit(environment, result, draft, d => d.With(new TrustedMachine(
                result.GetRequiredValue(id), result.GetRequiredValue(owner), ReadRoles(result.GetValue(roles)), PublicKeyFile.ReadAll(result.GetValue(keys) ?? [])))));
    }

    private static Command Class(CommandEnvironment environment)
    {
        var (draft, name) = (Draft(), Id("Name of the class."));
        var approvals = new Option<int>("--approvals") { Description = "Distinct approvers that it needs, two or more.", Required = true, HelpName = "N" };
        return new Command("class", "Add a class of sensitivity.") { draft, name, approvals, InvocationOptions.Json() }
            .Runs(environment, (result, _) => Edit(environment, result, draft, d => d.With(
                new TrustedClass(result.GetRequiredValue(name), result.GetRequiredValue(approvals)))));
    }

    private static Task<int> Edit(CommandEnvironment environment, ParseResult result, Argument<string> draft, Func<TrustRootDraft, TrustRootDraft> change)
    {
        var path = result.GetRequiredValue(draft);
        var file = TrustRootFile.Read(path);
        if (file.Envelope is not null)
        {
            throw CommandStop.Usage($"{path} is signed: edit the draft and sign that");
        }

        var changed = change(new TrustRootDraft(file.Contents));
        TrustRootFile.Write(path, changed);
        TrustScreen.Show(environment, result.WantsJson(), TrustRootView.Of(changed));
        return Task.FromResult(ExitCode.Done);
    }

    private static Role[] ReadRoles(string[]? names) =>
        [.. (names ?? []).Select(name => RoleName.TryParse(name, out var role) ? role : throw new InvalidOperationException("A role that the parser let through."))];

    private static Argument<string> Draft() => new("DRAFT") { Description = "Draft file to edit." };

    private static Argument<string> Id(string description) => new("ID") { Description = description };

    private static Option<string[]> Roles()
    {
        var roles = new Option<string[]>("--role") { Description = "What it may do; repeat it.", HelpName = "ROLE" };
        roles.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(RoleName.Of)]);
        return roles;
    }

    private static Option<string[]> Keys() => new("--key") { Description = "Public key; repeat it.", HelpName = "PUB" };
}
