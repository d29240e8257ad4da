using System.CommandLine;
using System.Globalization;
using Gateway.Cli.Signing;
using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.Cli.Trust;

/// <summary><c>gateway trust init | add | show | sign</c>: a draft that people edit, and the signatures that make it a version.</summary>
internal static class TrustCommand
{
    public static Command Create(CommandEnvironment environment) => new("trust", "Make the trust root: who submits, who approves, with which keys, and how many must agree.")
    {
        Init(environment), TrustAddCommand.Create(environment), Show(environment), Sign(environment),
    };

    private static Command Init(CommandEnvironment environment)
    {
        var site = new Option<string>("--site") { Description = "Id of the organisation or lab.", Required = true, HelpName = "ID" };
        var output = new Option<string>("--out") { Description = "Draft file to write.", Required = true, HelpName = "DRAFT" };
        var rootKeys = new Option<string[]>("--root-key") { Description = "Public key of somebody who signs trust roots; repeat it.", Required = true, HelpName = "PUB" };
        var threshold = new Option<int>("--root-threshold") { Description = "How many root keys must sign, two or more.", Required = true, HelpName = "N" };
        var expires = new Option<string>("--expires") { Description = "When it stops being valid, e.g. 2027-01-31.", Required = true, HelpName = "DATE" };
        return new Command("init", "Start a draft that lists nobody yet.") { site, output, rootKeys, threshold, expires, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var path = result.GetRequiredValue(output);
                if (File.Exists(path))
                {
                    throw CommandStop.Usage($"{path} exists: add to it, or choose another name");
                }

                var draft = TrustRootDraft.Start(
                    result.GetRequiredValue(site),
                    development: false,
                    ReadDate(result.GetRequiredValue(expires), environment.Time.GetUtcNow()),
                    PublicKeyFile.ReadAll(result.GetRequiredValue(rootKeys)),
                    result.GetRequiredValue(threshold));
                TrustRootFile.Write(path, draft);
                TrustScreen.Show(environment, result.WantsJson(), TrustRootView.Of(draft));
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Show(CommandEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "Draft or signed trust root." };
        return new Command("show", "Show what a draft or a trust root says, and who signed it.") { file, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                TrustScreen.Show(environment, result.WantsJson(), TrustRootFile.Read(result.GetRequiredValue(file)).View());
                return Task.FromResult(ExitCode.Done);
            });
    }

    private static Command Sign(CommandEnvironment environment)
    {
        var draft = new Argument<string>("DRAFT") { Description = "Draft, or a trust root that still misses signatures." };
        var key = new Option<string>("--key") { Description = "Private key, one of the draft's root keys.", Required = true, HelpName = "FILE" };
        var output = new Option<string>("--out") { Description = "Trust root to write; a signature is added to one that is there.", Required = true, HelpName = "FILE" };
        var passphraseFile = new Option<string?>("--passphrase-file") { Description = "File whose first line is the key's passphrase.", HelpName = "FILE" };
        return new Command("sign", "Sign a draft; enough signatures make it a version.") { draft, key, output, passphraseFile, InvocationOptions.Json() }
            .Runs(environment, (result, _) =>
            {
                var path = result.GetRequiredValue(output);
                var file = TrustRootFile.Read(result.GetRequiredValue(draft));
                var unsigned = file.ToEnvelope();
                var envelope = File.Exists(path) ? SameRoot(TrustRootFile.Read(path), unsigned, path) : unsigned;
                using var signing = SigningKeyFile.Open(environment, result.GetRequiredValue(key), result.GetValue(passphraseFile));
                if (!file.Contents.RootKeys.Contains(signing.Public))
                {
                    throw CommandStop.Refused(RefusalCode.SignatureInvalid, $"{signing.Public.KeyId} is no root key of {result.GetRequiredValue(draft)}");
                }

                var signature = Envelope.Sign(envelope.Payload, signing).Signatures[0];
                var added = envelope.WithSignature(signature.KeyId, signature.Value).OrStop();
                TrustRootFile.Write(path, added);
                TrustScreen.Signed(environment, result.WantsJson(), new TrustRootFile(file.Contents, added).View());
                return Task.FromResult(ExitCode.Done);
            });
    }

    /// <summary>Signatures are only ever added to the very bytes that the draft gives.</summary>
    private static Envelope SameRoot(TrustRootFile existing, Envelope unsigned, string path) =>
        existing.Envelope is { } envelope && envelope.PayloadDigest == unsigned.PayloadDigest
            ? envelope
            : throw CommandStop.Usage($"{path} is there and says something else than the draft: choose another name");

    private static DateTimeOffset ReadDate(string text, DateTimeOffset now)
    {
        string[] formats = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssZ"];
        if (!DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date))
        {
            throw CommandStop.Usage($"--expires {text} is no date like 2027-01-31");
        }

        return date > now ? date : throw CommandStop.Usage($"--expires {text} is in the past");
    }
}
