using System.Text;
using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.Cli.Trust;

/// <summary>A draft, or a trust root with the signatures that it has so far.</summary>
/// <param name="Contents">What it says.</param>
/// <param name="Envelope">The envelope; null for a draft.</param>
internal sealed record TrustRootFile(TrustRootContents Contents, Envelope? Envelope)
{
    /// <summary>Largest file in bytes: some thousands of people, in base64.</summary>
    private const int MaximumBytes = 16 << 20;

    public static TrustRootFile Read(string path)
    {
        var bytes = CappedFile.Read(path, MaximumBytes);
        if (Envelope.Parse(bytes).Succeeded(out var envelope, out var refusal))
        {
            return new TrustRootFile(TrustRoot.ReadContents(envelope.Payload).OrStop(), envelope);
        }

        if (refusal.Code != RefusalCode.EnvelopeInvalid)
        {
            throw CommandStop.Refused(refusal);
        }

        return new TrustRootFile(TrustRootDraft.Parse(bytes).OrStop().Contents, null);
    }

    /// <summary>Writes a draft that keeps every rule; stops the command where it does not.</summary>
    public static void Write(string path, TrustRootDraft draft)
    {
        draft.ToPayload().OrStop();
        PrivateFile.Write(path, Encoding.UTF8.GetString(draft.ToBytes()));
    }

    public static void Write(string path, Envelope envelope) => PrivateFile.Write(path, Encoding.UTF8.GetString(envelope.ToBytes()));

    /// <summary>The envelope, or one that nobody signed yet around the draft's payload.</summary>
    public Envelope ToEnvelope() => Envelope ?? Envelope.Sign(new TrustRootDraft(Contents).ToPayload().OrStop());

    public TrustRootView View() => Envelope is null
        ? TrustRootView.Of(new TrustRootDraft(Contents))
        : TrustRootView.Of(Contents, Envelope.PayloadDigest, TrustRoot.RootSignatures(Envelope, Contents));
}
