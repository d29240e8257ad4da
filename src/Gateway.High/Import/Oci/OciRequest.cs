using Gateway.High.Import.Web;

namespace Gateway.High.Import.Oci;

/// <summary>What a registry's client asks for.</summary>
internal enum OciVerb
{
    /// <summary>Whether this is a registry, and the key one of its.</summary>
    Base = 1,

    /// <summary>Names of repositories.</summary>
    Catalog,

    /// <summary>Tags of a repository.</summary>
    Tags,

    /// <summary>A manifest, by tag or digest.</summary>
    Manifest,

    /// <summary>Bytes, by digest.</summary>
    Blob,

    /// <summary>What refers to a manifest.</summary>
    Referrers,
}

/// <summary>A request of the registry protocol, read from its target (distribution-spec 1.1, "Endpoints").</summary>
/// <param name="Verb">What is asked for.</param>
/// <param name="Name">Repository as written; empty where none belongs to it.</param>
/// <param name="Reference">Tag or digest as written; empty where none belongs to it.</param>
internal sealed record OciRequest(OciVerb Verb, string Name = "", string Reference = "")
{
    private const string Version = "v2";

    /// <summary>Reads the path of a request target, without its query; null for what is no request of the protocol.</summary>
    public static OciRequest? Parse(string path)
    {
        if (path.Split('/') is not ["", Version, .. var segments])
        {
            return null;
        }

        for (var i = 0; i < segments.Length; i++)
        {
            // What has no reading, or one with another slash in it, stays as it is: no name, tag or digest holds a percent sign.
            if (RequestTarget.Unescape(segments[i]) is { } segment && !segment.Contains('/', StringComparison.Ordinal))
            {
                segments[i] = segment;
            }
        }

        return segments switch
        {
            [] or [""] => new(OciVerb.Base),
            ["_catalog"] => new(OciVerb.Catalog),
            [.. { Length: > 0 } name, "tags", "list"] => new(OciVerb.Tags, Join(name)),
            [.. { Length: > 0 } name, "manifests", var reference] => new(OciVerb.Manifest, Join(name), reference),
            [.. { Length: > 0 } name, "blobs", var digest] => new(OciVerb.Blob, Join(name), digest),
            [.. { Length: > 0 } name, "referrers", var digest] => new(OciVerb.Referrers, Join(name), digest),
            _ => null,
        };
    }

    private static string Join(string[] segments) => string.Join('/', segments);
}
