using Gateway.Core.Trust;
using Gateway.Core;
using Gateway.Hosting.Configuration;

namespace Gateway.Hosting.Keys;

/// <summary>The trust root that a person installed by its digest.</summary>
public static class TrustRootFile
{
    /// <summary>Largest envelope of a trust root, in bytes: ten thousand people with several keys each.</summary>
    public const int MaximumBytes = 16 << 20;

    /// <summary>
    /// Reads and verifies the root. Refuses one that is not the configured one (<see cref="RefusalCode.TrustRootInvalid"/>), that is a
    /// throwaway root where none is allowed (<see cref="RefusalCode.TrustRootForDevelopment"/>), or that has expired. Whether it is older
    /// than one that was active before is for the catalog to say.
    /// </summary>
    public static Outcome<TrustRoot> Read(TrustRootOptions options, TimeProvider clock)
    {
        if (!BoundedFile.Read(options.File, MaximumBytes).Succeeded(out var bytes, out var refusal)
            || !TrustRoot.Open(bytes, clock.GetUtcNow()).Succeeded(out var root, out refusal))
        {
            return refusal;
        }

        if (root.Digest != options.Sha256)
        {
            return new Refusal(RefusalCode.TrustRootInvalid, $"the file's digest is {root.Digest}, configured is {options.Sha256}");
        }

        return root.IsDevelopment && !options.AllowDevelopment
            ? new Refusal(RefusalCode.TrustRootForDevelopment, options.File)
            : root;
    }
}
