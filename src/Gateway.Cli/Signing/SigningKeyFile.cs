using System.Text;
using Gateway.Cli.Contexts;
using Gateway.Cli.Files;
using Gateway.Core.Trust;
using Spectre.Console;

namespace Gateway.Cli.Signing;

/// <summary>Opens a person's signing key; asks for the passphrase where it is encrypted.</summary>
internal static class SigningKeyFile
{
    /// <summary>Variable that names a file whose first line is the passphrase; for scripts, which cannot be asked.</summary>
    public const string PassphraseVariable = "GATEWAY_PASSPHRASE_FILE";

    /// <summary>Largest key file in bytes; a P-384 PKCS#8 PEM has 400.</summary>
    private const int MaximumBytes = 16 * 1024;

    /// <summary>The key of --key, else the context's.</summary>
    public static SigningKey Open(CommandEnvironment environment, GatewayContext context, string? file)
    {
        var path = file ?? context.SigningKey
            ?? throw CommandStop.Usage($"context {context.Name} has no signingKey: give --key FILE");
        var pem = Encoding.UTF8.GetString(CappedFile.Read(path, MaximumBytes));
        var passphrase = pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? Passphrase(environment, path) : null;
        return SigningKey.FromPem(pem, passphrase).OrStop();
    }

    /// <summary>The passphrase from the variable's file, else from the person at the terminal.</summary>
    public static string Passphrase(CommandEnvironment environment, string path)
    {
        if (environment.Variable(PassphraseVariable) is { Length: > 0 } file)
        {
            return Encoding.UTF8.GetString(CappedFile.Read(file, MaximumBytes)).Split('\n')[0].TrimEnd('\r');
        }

        if (!environment.InIsTerminal || !environment.ErrorIsTerminal)
        {
            throw CommandStop.Usage($"{path} is encrypted: set {PassphraseVariable} to a file that holds its passphrase");
        }

        return Terminal.Screen.For(environment.Error, isTerminal: true)
            .Prompt(new TextPrompt<string>($"Passphrase of {Markup.Escape(Terminal.SafeText.Of(path))}:").Secret());
    }
}
