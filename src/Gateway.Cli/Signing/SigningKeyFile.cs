using System.Text;
using Gateway.Cli.Contexts;
using Gateway.Cli.Files;
using Gateway.Cli.Terminal;
using Gateway.Core.Trust;
using Spectre.Console;

namespace Gateway.Cli.Signing;

/// <summary>Opens a person's signing key; asks for the passphrase where it is encrypted.</summary>
internal static class SigningKeyFile
{
    /// <summary>Variable that names a file whose first line is the passphrase; for scripts, which cannot be asked.</summary>
    public const string PassphraseVariable = "GATEWAY_PASSPHRASE_FILE";

    /// <summary>Largest key file in bytes; a P-384 PKCS#8 PEM has 400.</summary>
    public const int MaximumBytes = 16 * 1024;

    /// <summary>The key of --key, else the context's.</summary>
    public static SigningKey Open(CommandEnvironment environment, GatewayContext context, string? file) =>
        Open(
            environment,
            file ?? context.SigningKey ?? throw CommandStop.Usage($"context {context.Name} has no signingKey: give --key FILE"),
            passphraseFile: null);

    /// <summary>The key in a file; the passphrase from a file where one is given, else as <see cref="Passphrase"/> gets it.</summary>
    public static SigningKey Open(CommandEnvironment environment, string path, string? passphraseFile) =>
        Read(environment, Encoding.UTF8.GetString(CappedFile.Read(path, MaximumBytes)), path, passphraseFile);

    /// <summary>As above, of a PEM that was read already.</summary>
    public static SigningKey Read(CommandEnvironment environment, string pem, string path, string? passphraseFile)
    {
        var passphrase = !SigningKey.IsEncrypted(pem) ? null
            : passphraseFile is not null ? FirstLine(passphraseFile)
            : Passphrase(environment, path);
        return SigningKey.FromPem(pem, passphrase).OrStop();
    }

    /// <summary>The passphrase from the variable's file, else from the person at the terminal.</summary>
    public static string Passphrase(CommandEnvironment environment, string path)
    {
        if (environment.Variable(PassphraseVariable) is { Length: > 0 } file)
        {
            return FirstLine(file);
        }

        return CanAsk(environment)
            ? Ask(environment, $"Passphrase of {path}:")
            : throw CommandStop.Usage($"{path} is encrypted: set {PassphraseVariable} to a file that holds its passphrase");
    }

    /// <summary>A passphrase for a new key: asked for twice, since a slip would lock the key for good.</summary>
    public static string NewPassphrase(CommandEnvironment environment)
    {
        if (!CanAsk(environment))
        {
            throw CommandStop.Usage("no terminal to ask for a passphrase: give --passphrase-file FILE or --no-passphrase");
        }

        var passphrase = Ask(environment, "Passphrase for the new key:");
        return passphrase == Ask(environment, "The same again:") ? passphrase : throw CommandStop.Usage("the two passphrases differ");
    }

    /// <summary>The first line of a passphrase file.</summary>
    public static string FirstLine(string file)
    {
        var line = Encoding.UTF8.GetString(CappedFile.Read(file, MaximumBytes)).Split('\n')[0].TrimEnd('\r');
        return line.Length > 0 ? line : throw CommandStop.Usage($"{file} holds no passphrase on its first line");
    }

    private static bool CanAsk(CommandEnvironment environment) => environment.InIsTerminal && environment.ErrorIsTerminal;

    private static string Ask(CommandEnvironment environment, string question) =>
        Screen.For(environment.Error, isTerminal: true).Prompt(new TextPrompt<string>(Markup.Escape(SafeText.Of(question))).Secret());
}
