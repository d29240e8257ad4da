using Gateway.Cli.Contexts;
using Gateway.Cli.Files;
using Gateway.Core;
using Gateway.Core.Trust;

namespace Gateway.Cli.Signing;

/// <summary>The trust root that a person pinned: its digest comes from the person, never from a service or an artifact.</summary>
internal static class PinnedTrustRoot
{
    /// <summary>Largest trust root in bytes: tens of thousands of people.</summary>
    private const int MaximumBytes = 16 << 20;

    /// <summary>The context's trust root; a usage error where it pins none.</summary>
    public static TrustRoot Open(GatewayContext context, TimeProvider time)
    {
        if (context.TrustRoot is null || context.TrustRootDigest is null)
        {
            throw CommandStop.Usage($"context {context.Name} pins no trust root: add trustRoot and trustRootSha256 to it");
        }

        return Open(context.TrustRoot, context.TrustRootDigest, time);
    }

    /// <summary>A trust root file; with a digest, exactly that one.</summary>
    public static TrustRoot Open(string file, Digest? digest, TimeProvider time)
    {
        var root = TrustRoot.Open(CappedFile.Read(file, MaximumBytes), time.GetUtcNow()).OrStop();
        return digest is null || root.Digest == digest
            ? root
            : throw CommandStop.Refused(RefusalCode.TrustRootInvalid, $"{file} has digest {root.Digest}, pinned is {digest}");
    }
}
