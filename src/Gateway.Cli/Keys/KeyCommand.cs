using System.CommandLine;
using System.Text;
using Gateway.Cli.Files;
using Gateway.Cli.Signing;
using Gateway.Core.Trust;

namespace Gateway.Cli.Keys;

/// <summary><c>gateway key generate | show</c>.</summary>
internal static class KeyCommand
{
    public static Command Create(CommandEnvironment environment) => new("key", "Make and show signing keys.")
    {
        Generate(environment), Show(environment),
    };

    private static Command Generate(CommandEnvironment environment)
    {
        var output = new Option<string>("--out") { Description = "File of the private key; the public one goes beside it, with .pub added.", Required = true, HelpName = "FILE" };
        var kind = new Option<string>("--kind")
        {
            Description = "Kind of key.",
            DefaultValueFactory = _ => KeyKindName.Of(KeyKind.EcdsaP384),
        };
        kind.AcceptOnlyFromAmong([.. Enum.GetValues<KeyKind>().Select(KeyKindName.Of)]);
        var passphraseFile = PassphraseFile();
        var plain = new Option<bool>("--no-passphrase") { Description = "Leave the file unencrypted: for services whose disk is protected otherwise." };
        return new Command("generate", "Make a signing key, encrypted by a passphrase.") { output, kind, passphraseFile, plain, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var path = result.GetRequiredValue(output);
                if (result.GetValue(passphraseFile) is not null && result.GetValue(plain))
                {
                    throw CommandStop.Usage("--passphrase-file and --no-passphrase exclude each other");
                }

                if (File.Exists(path) || File.Exists(PublicFile(path)))
                {
                    throw CommandStop.Usage($"{path} or {PublicFile(path)} exists: a key is never overwritten");
                }

                var passphrase = result.GetValue(plain) ? null
                    : result.GetValue(passphraseFile) is { } file ? SigningKeyFile.FirstLine(file)
                    : SigningKeyFile.NewPassphrase(environment);
                using var key = SigningKey.Generate(KeyKindName.TryParse(result.GetRequiredValue(kind), out var parsed)
                    ? parsed
                    : throw new InvalidOperationException("A kind that the parser let through."));
                PrivateFile.Write(path, key.ToPem(passphrase));
                File.WriteAllText(PublicFile(path), key.Public.ToPem());
                Print(environment, result.WantsJson(), key.Public, path);
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Show(CommandEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "PEM of a public or private key." };
        var passphraseFile = PassphraseFile();
        return new Command("show", "Show a key's id and its public part.") { file, passphraseFile, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var path = result.GetRequiredValue(file);
                Print(environment, result.WantsJson(), PublicOf(environment, path, result.GetValue(passphraseFile)), path);
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static PublicKey PublicOf(CommandEnvironment environment, string path, string? passphraseFile)
    {
        var pem = Encoding.UTF8.GetString(CappedFile.Read(path, SigningKeyFile.MaximumBytes));
        if (PublicKey.FromPem(pem).Succeeded(out var publicKey, out _))
        {
            return publicKey;
        }

        using var key = SigningKeyFile.Read(environment, pem, path, passphraseFile);
        return key.Public;
    }

    private static Option<string?> PassphraseFile() =>
        new("--passphrase-file") { Description = "File whose first line is the passphrase.", HelpName = "FILE" };

    private static string PublicFile(string path) => $"{path}.pub";

    private static void Print(CommandEnvironment environment, bool json, PublicKey key, string path)
    {
        if (json)
        {
            environment.Screen.Document(new KeyView(key.KeyId, KeyKindName.Of(key.Kind), path, key.ToPem()), CliJson.Default.KeyView);
            return;
        }

        environment.Screen.Facts(("key id", key.KeyId), ("kind", KeyKindName.Of(key.Kind)), ("file", path));
        foreach (var line in key.ToPem().TrimEnd().Split('\n'))
        {
            environment.Screen.Line(line);
        }
    }
}

/// <summary>A key as JSON; the private part is never in it.</summary>
internal sealed record KeyView(string KeyId, string Kind, string File, string PublicKey);
